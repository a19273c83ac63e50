import type { AuthorizedContext } from '../authority/authorized.ts'
import type { TokenActor } from '../core/actor.ts'
import type { Secret } from '../core/secret.ts'
import type { Services } from '../services.ts'
import { findPresentedToken } from '../tokens/presented-token.ts'
import { revokeToken } from '../tokens/revoke-token.ts'
import type { Token } from '../tokens/token.ts'

/**
 * Revokes the token whose text is presented. What is no token, or is revoked already, is as it should be. `not_allowed`:
 * it is somebody else's, or the actor's own and its token does not reach that far.
 */
export async function revokePresentedToken(
  services: Services,
  context: AuthorizedContext,
  actor: TokenActor,
  presented: Secret,
): Promise<'revoked' | 'not_allowed'> {
  const token = await findPresentedToken(services.database.read, presented, services.tokenPrefix)
  if (token === undefined) return 'revoked'
  if (!mayRevoke(actor, token)) return 'not_allowed'
  await revokeToken(services, context, actor, token.accountId, token.id)
  return 'revoked'
}

/** A token may always end itself. */
function mayRevoke({ tokenId, account, permissions }: TokenActor, token: Token): boolean {
  if (token.id === tokenId || permissions.has('inventory:revoke')) return true
  return token.accountId === account.id && permissions.has('own-tokens:write')
}
