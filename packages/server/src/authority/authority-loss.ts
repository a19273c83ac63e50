import type { Principal, SessionActor, TokenActor } from '../core/actor.ts'
import { decide, type Refusal, type VerifiableToken } from '../verification/verdict.ts'

/** Why a caller may not finish what they began. Plain data: it crosses threads. */
export type AuthorityLoss =
  | { readonly kind: 'token'; readonly outcome: Refusal }
  | { readonly kind: 'session' }
  | { readonly kind: 'password' }
  | { readonly kind: 'permission'; readonly permission: string }
  | { readonly kind: 'role'; readonly role: string }

/** What a token's authority rests on, as it is stored now. */
export interface TokenStanding {
  readonly token: VerifiableToken | undefined
  readonly account: Principal | undefined
}

/**
 * What a token has lost since it let the caller in. Pure: `now` in epoch milliseconds. Any permission or role that is gone
 * counts, because a use case may have relied on it.
 */
export function tokenLoss(
  actor: TokenActor,
  { token, account }: TokenStanding,
  { address, now }: { readonly address: string; readonly now: number },
): AuthorityLoss | undefined {
  // The secret was compared when the request came in; here the row alone is in question.
  const digest = token?.digest ?? new Uint8Array()
  const verdict = decide(token, account, { digest, address, now })
  if (verdict.outcome !== 'active') return { kind: 'token', outcome: verdict.outcome }
  return shrinkage(actor, verdict.account, verdict.permissions)
}

/** What a session's authority rests on, as it is stored now. */
export interface SessionStanding {
  readonly session: { readonly isOpen: boolean; readonly mustChangePassword: boolean } | undefined
  readonly account: Principal | undefined
}

/** What a session has lost since it let the caller in. Pure. */
export function sessionLoss(actor: SessionActor, { session, account }: SessionStanding): AuthorityLoss | undefined {
  if (session === undefined || !session.isOpen) return { kind: 'session' }
  if (account === undefined || account.deactivatedAt !== null) return { kind: 'session' }
  if (session.mustChangePassword && !actor.mustChangePassword) return { kind: 'password' }
  return shrinkage(actor, account, account.permissions)
}

function shrinkage(
  actor: SessionActor | TokenActor,
  account: Principal,
  permissions: ReadonlySet<string>,
): AuthorityLoss | undefined {
  const permission = [...actor.permissions].find((held) => !permissions.has(held))
  if (permission !== undefined) return { kind: 'permission', permission }
  const role = actor.account.roles.find((held) => !account.roles.includes(held))
  return role === undefined ? undefined : { kind: 'role', role }
}
