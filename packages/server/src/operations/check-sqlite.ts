import type { DatabaseSync } from 'node:sqlite'
import { DatabaseFileError } from '../storage/sqlite/database-file-error.ts'
import type { FileFence } from '../storage/sqlite/file-fence.ts'
import { FAULTS, type Fault } from './check.ts'
import { CHAIN_QUERY, type ChainRow, chainFault } from './check-chain.ts'
import { schemaFault } from './check-schema.ts'

/** Looks at the file and what is in it, by a connection of its own. Takes some 0.1 ms and waits for nobody. */
export function checkSqlite(reader: DatabaseSync, fence: FileFence): readonly Fault[] {
  try {
    fence.assertIntact()
    const done = reader.prepare('SELECT name FROM kysely_migration').all() as { name: string }[]
    const schema = schemaFault(done.map(({ name }) => name))
    if (schema !== undefined) return [schema]
    const chain = chainFault(reader.prepare(CHAIN_QUERY).get() as ChainRow | undefined)
    fence.assertIntact()
    return chain === undefined ? [] : [chain]
  } catch (error) {
    fence.noteError(error)
    return [sqliteFault(error)]
  }
}

function sqliteFault(error: unknown): Fault {
  if (error instanceof DatabaseFileError)
    return { check: 'database', code: `file_${error.fault}`, message: error.message }
  const isWithoutSchema = error instanceof Error && /^no such table/.test(error.message)
  return isWithoutSchema ? FAULTS.schema_older : FAULTS.unreachable
}
