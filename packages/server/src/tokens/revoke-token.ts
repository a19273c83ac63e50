import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { revokeAccessTokens } from './revoke-access-tokens.ts'
import { revokeFamily } from './revoke-family.ts'
import { findToken } from './token-query.ts'

/**
 * Revokes a token of the owner, an access token too, and the tokens that it has made for its own account; revoking it again
 * changes nothing. When this has returned, no verification that begins later accepts any of them. Returns the ids of those
 * that it had made. Throws `token_not_found`.
 */
export async function revokeToken(
  { database }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  ownerId: string,
  id: string,
): Promise<readonly string[]> {
  return database.write(context, async (trx) => {
    const token = await findToken(trx, id)
    // Somebody else's looks missing: existence is a secret.
    if (token === undefined || token.accountId !== ownerId) throw new Problem('token_not_found')
    if (token.parentId !== null) {
      await revokeAccessTokens(trx, context, [id])
      return []
    }
    const { successors } = await revokeFamily(trx, context, actor.account.id, [token.id])
    return successors.map((successor) => successor.id)
  })
}
