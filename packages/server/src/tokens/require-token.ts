import { Problem } from '../core/problem.ts'
import type { Reader } from '../storage/database.ts'
import type { Token } from './token.ts'
import { findOwnToken } from './token-query.ts'

/** A token of this account. Throws `token_not_found`, and the same for somebody else's: existence is a secret. */
export async function requireToken(db: Reader, accountId: string, id: string): Promise<Token> {
  const token = await findOwnToken(db, accountId, id)
  if (token === undefined) throw new Problem('token_not_found')
  return token
}
