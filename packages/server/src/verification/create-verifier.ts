import type { Database } from '../storage/database.ts'
import { createPostgresVerifier } from './postgres-verifier.ts'
import { createSqliteVerifier } from './sqlite-verifier.ts'
import type { TokenVerifier, VerifierOptions } from './token-verifier.ts'

/** The verifier of this process, by the engine it runs on. The schema must be up to date. */
export function createVerifier(database: Database, options: VerifierOptions): TokenVerifier {
  return database.engine === 'sqlite'
    ? createSqliteVerifier(database, options)
    : createPostgresVerifier(database, options)
}
