import { type Context, recordAudits } from '../audit/audit.ts'
import type { Transaction } from '../storage/database.ts'
import { setAccessTokensRevoked } from './access-token-store.ts'

/** Revokes those of these that are access tokens; the tokens they were got with go on. Returns how many were revoked. */
export async function revokeAccessTokens(trx: Transaction, context: Context, ids: readonly string[]): Promise<number> {
  const revoked = await setAccessTokensRevoked(trx, ids, context.now)
  await recordAudits(
    trx,
    context,
    revoked.map(({ id, parentId }) => ({
      action: 'token.revoked',
      target: { type: 'token', id },
      detail: { name: 'access token', parentId },
    })),
  )
  return revoked.length
}
