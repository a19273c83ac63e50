import { sql } from 'kysely'
import type { Database } from '../storage/database.ts'
import { countTokens, type TokenCriteria } from '../tokens/token-query.ts'
import { countInThread } from './in-thread.ts'

/** Of so many tokens it takes some 10 ms to look at each, less than to start a thread. */
const FEW = 5000

/** How many tokens the criteria name, and of how many accounts. All tokens are looked at for it. */
export async function countMatching(database: Database, criteria: TokenCriteria): ReturnType<typeof countTokens> {
  return database.engine === 'sqlite' && (await hasMany(database))
    ? countInThread(database.file, criteria)
    : countTokens(database.read, criteria)
}

async function hasMany({ read }: Database): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM token LIMIT 1 OFFSET ${FEW}`.execute(read)
  return rows.length > 0
}
