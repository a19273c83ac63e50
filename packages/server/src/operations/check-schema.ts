import { knownMigrations } from '../storage/migrate.ts'
import { FAULTS, type Fault } from './check.ts'

/** Compares the migrations that the database names with those of this program. */
export function schemaFault(done: readonly string[]): Fault | undefined {
  const known = new Set(knownMigrations)
  if (done.some((name) => !known.has(name))) return FAULTS.schema_newer
  return known.size > done.length ? FAULTS.schema_older : undefined
}
