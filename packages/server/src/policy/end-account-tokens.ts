import { type Context, recordAudits } from '../audit/audit.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { DAY_MS } from '../core/clock.ts'
import { fieldProblem } from '../core/problem.ts'
import type { Transaction } from '../storage/database.ts'
import type { EndReason } from '../tokens/token.ts'
import { revokeActiveOf } from '../tokens/token-store.ts'
import type { Policy } from './policy.ts'
import { readPolicy } from './policy-store.ts'

/** What becomes of an account's tokens when the account comes back, or when its password changes. */

/** Whoever reactivates may choose; otherwise the policy does. */
export type TokensAtReactivation = 'restore' | 'revoke'

/**
 * In the transaction that reactivates an account. Its tokens come back, or stay revoked and say why. Returns what to
 * record of it.
 */
export async function settleReactivation(
  trx: Transaction,
  context: Context,
  actor: AuthenticatedActor,
  account: { readonly id: string; readonly deactivatedAt: number },
  chosen: TokensAtReactivation | undefined,
): Promise<{ tokens: TokensAtReactivation; revokedTokens: number }> {
  const tokens = chosen ?? tokensByPolicy(await readPolicy(trx), context.now - account.deactivatedAt)
  const revokedTokens = tokens === 'revoke' ? await end(trx, context, actor, account.id, 'reactivation') : 0
  return { tokens, revokedTokens }
}

/** What the policy chooses for an account that was deactivated for so long. */
export function tokensByPolicy({ reactivation }: Policy, deactivatedForMs: number): TokensAtReactivation {
  const { tokens, days } = reactivation
  if (tokens !== 'restore_if_recent') return tokens
  return deactivatedForMs <= days * DAY_MS ? 'restore' : 'revoke'
}

/**
 * In the transaction that changes or resets a member's password. `alsoAsked`: whoever changes it wants the tokens
 * revoked, whatever the policy says. Returns how many were.
 */
export async function settlePasswordChange(
  trx: Transaction,
  context: Context,
  actor: AuthenticatedActor,
  memberId: string,
  alsoAsked = false,
): Promise<number> {
  const { passwordChange } = await readPolicy(trx)
  if (!alsoAsked && passwordChange.tokens === 'keep') return 0
  return end(trx, context, actor, memberId, 'password_change')
}

async function end(
  trx: Transaction,
  context: Context,
  actor: AuthenticatedActor,
  accountId: string,
  reason: EndReason,
): Promise<number> {
  const revoked = await revokeActiveOf(trx, accountId, { by: actor.account.id, reason, now: context.now })
  await recordAudits(
    trx,
    context,
    revoked.map(({ id, name }) => ({
      action: 'token.revoked',
      target: { type: 'token', id },
      detail: { name, ownerId: accountId, reason },
    })),
  )
  return revoked.length
}

/** Throws `validation_failed` where the choice is made without a reactivation. */
export function assertOnlyAtReactivation(tokens: TokensAtReactivation | undefined, status: string | undefined): void {
  if (tokens === undefined || status === 'active') return
  const message = 'This is chosen when an account is reactivated: send it with the status "active".'
  throw fieldProblem('validation_failed', 'tokens', message, 'only_at_reactivation')
}
