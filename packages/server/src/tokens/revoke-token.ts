import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { revokeAccessTokens } from './revoke-access-tokens.ts'
import { findToken } from './token-query.ts'
import { setRevoked } from './token-store.ts'

/**
 * Revokes a token of the owner, an access token too; revoking it again changes nothing. When this has returned, no
 * verification that begins later accepts it. Throws `token_not_found`.
 */
export async function revokeToken(
  { database }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  ownerId: string,
  id: string,
): Promise<void> {
  await database.write(context, async (trx) => {
    const token = await findToken(trx, id)
    // Somebody else's looks missing: existence is a secret.
    if (token === undefined || token.accountId !== ownerId) throw new Problem('token_not_found')
    if (token.parentId !== null) {
      await revokeAccessTokens(trx, context, [id])
      return
    }
    if (!(await setRevoked(trx, token.id, actor.account.id, context.now))) return
    await recordAudit(trx, context, {
      action: 'token.revoked',
      target: { type: 'token', id: token.id },
      detail: { name: token.name, ownerId: token.accountId },
    })
  })
}
