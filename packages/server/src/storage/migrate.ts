import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Engine } from './database.ts'
import { up as main } from './migrations/0001-main.ts'
import { up as groups } from './migrations/0002-groups.ts'
import { up as tokenDays } from './migrations/0003-token-days.ts'
import { up as policy } from './migrations/0004-policy.ts'
import { up as auditChain } from './migrations/0005-audit-chain.ts'
import { up as members } from './migrations/0006-members.ts'
import { up as maintainers } from './migrations/0007-maintainers.ts'
import { up as verifiers } from './migrations/0009-verifiers.ts'
import { up as leases } from './migrations/0010-leases.ts'
import { up as deviceAuthorization } from './migrations/0011-device-authorization.ts'
import { up as bulkRevocation } from './migrations/0012-bulk-revocation.ts'
import { up as accessTokens } from './migrations/0013-access-tokens.ts'
import { up as revocationProgress } from './migrations/0014-revocation-progress.ts'
import { up as groupRows } from './migrations/0015-group-rows.ts'
import { up as rowsByNumber } from './migrations/0016-rows-by-number.ts'
import { up as toldChanges } from './migrations/0017-told-changes.ts'
import { up as authority } from './migrations/0018-authority.ts'
import type { Tables } from './tables.ts'

/** Append only: a migration that has shipped is never edited. */
const MIGRATIONS: Readonly<Record<string, (db: Kysely<unknown>, engine: Engine) => Promise<void>>> = {
  '0001-main': main,
  '0002-groups': groups,
  '0003-token-days': tokenDays,
  '0004-policy': policy,
  '0005-audit-chain': auditChain,
  '0006-members': members,
  '0007-maintainers': maintainers,
  '0009-verifiers': verifiers,
  '0010-leases': leases,
  '0011-device-authorization': deviceAuthorization,
  '0012-bulk-revocation': bulkRevocation,
  '0013-access-tokens': accessTokens,
  '0014-revocation-progress': revocationProgress,
  '0015-group-rows': groupRows,
  '0016-rows-by-number': rowsByNumber,
  '0017-told-changes': toldChanges,
  '0018-authority': authority,
}

/**
 * Runs what has not run yet, in order: all of it or, if one fails or the process is killed, none. Of several processes
 * at once one does the work and the others wait. Returns the names that were run.
 *
 * A lock of the one transaction around everything sees to that: on SQLite the write lock, on PostgreSQL an advisory one.
 */
export async function runMigrations(db: Kysely<Tables>, engine: Engine): Promise<readonly string[]> {
  return db.transaction().execute(async (trx) => {
    if (engine === 'postgres') await sql`SELECT pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(trx)
    return migrateToLatest(trx, engine)
  })
}

/** The number that Kysely's migrator locks by itself, and RAMP did before. */
const MIGRATION_LOCK = 3853314791062309107n

async function migrateToLatest(db: Kysely<Tables>, engine: Engine): Promise<readonly string[]> {
  const { error, results = [] } = await migrator(db, engine).migrateToLatest()
  if (error) throw error
  return results.map((result) => result.migrationName)
}

/** Names of migrations that this program has and the database lacks. */
export async function pendingMigrations(db: Kysely<Tables>): Promise<readonly string[]> {
  const done = await sql<{ name: string }>`SELECT name FROM kysely_migration`.execute(db).catch(() => ({ rows: [] }))
  const names = new Set(done.rows.map((row) => row.name))
  return Object.keys(MIGRATIONS).filter((name) => !names.has(name))
}

function migrator(db: Kysely<Tables>, engine: Engine): Migrator {
  const migrations: Record<string, Migration> = {}
  for (const [name, up] of Object.entries(MIGRATIONS)) migrations[name] = { up: (trx) => up(trx, engine) }
  return new Migrator({ db, provider: { getMigrations: async () => migrations } })
}
