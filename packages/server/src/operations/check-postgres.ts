import type { SessionClient } from '../storage/postgres-client.ts'
import { FAULTS, type Fault } from './check.ts'
import { CHAIN_QUERY, type ChainRow, chainFault } from './check-chain.ts'
import { schemaFault } from './check-schema.ts'

interface Standing {
  readonly is_replica: boolean
  readonly migrations: readonly string[]
}

/** Looks at the server and the database behind a connection. Rejects if it breaks or takes longer than it may. */
export async function checkPostgres(client: SessionClient): Promise<readonly Fault[]> {
  const { rows } = await client.query<Standing>(STANDING).catch((error: { code?: string }) => {
    if (error.code !== UNDEFINED_TABLE) throw error
    return { rows: [] }
  })
  const [standing] = rows
  if (standing === undefined) return [FAULTS.schema_older]
  if (standing.is_replica) return [FAULTS.replica]
  const schema = schemaFault(standing.migrations)
  if (schema !== undefined) return [schema]
  const chain = await client.query<ChainRow>(CHAIN_QUERY)
  const own = await client.query<{ is_own: boolean }>(GENERATION)
  const faults = [chainFault(chain.rows[0]), own.rows[0]?.is_own === true ? undefined : FAULTS.loaded_from_dump]
  return faults.filter((fault) => fault !== undefined)
}

const UNDEFINED_TABLE = '42P01'

/** `transaction_read_only`: some proxies and standbys say no more than that. */
const STANDING = `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS is_replica,
  ARRAY(SELECT name::text FROM kysely_migration) AS migrations`

/** The row is of the transaction that it names, unless a dump has brought it. */
export const GENERATION = 'SELECT xmin::text = written_by AS is_own, generation FROM database_generation'
