import { generateToken } from '@ramp/verifier'
import { recordAudits } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { fieldProblem, Problem } from '../core/problem.ts'
import { Secret } from '../core/secret.ts'
import { nearestAllowedEnd } from '../policy/policy.ts'
import { holdPolicy } from '../policy/policy-store.ts'
import { assertBelowLimit, assertMayCreate, assertWithinRules } from '../policy/restrict-new-token.ts'
import { assertMayHandOut } from '../roles/granting.ts'
import type { Services } from '../services.ts'
import { digestOf } from '../verification/token-verifier.ts'
import { parseExpiration } from './expiration.ts'
import { requireToken } from './require-token.ts'
import { type Token, type TokenOwner, tokenStatus } from './token.ts'
import { endToken, insertToken, lockToken, setRevoked } from './token-store.ts'

export interface Rotation {
  /** How long the old secret still counts; 0: it ends at once. */
  readonly overlapSeconds: number
  /** A date or an instant, null for none; absent: as long from now as the old one had from its creation, or as the policy allows. */
  readonly expiresAt?: string | null
}

/**
 * Replaces a token by a new one of the same name and limits. The old one ends after the overlap, never later than it
 * would have. A person's token rotates itself, not others, and does not prolong its own life beyond what it had. Throws
 * `token_not_found`, `token_not_active`, `session_required`, `token_widening`, `grant_exceeds_token`,
 * `validation_failed`, and what the policy refuses (`token_creation_not_allowed`, `policy_violation`,
 * `token_limit_reached`).
 */
export async function rotateToken(
  { database, tokenPrefix }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  owner: TokenOwner,
  id: string,
  { overlapSeconds, expiresAt }: Rotation,
): Promise<{ token: Token; secret: Secret }> {
  const { now } = context
  const isOther = actor.kind !== 'session' && actor.tokenId !== id
  if (isOther && actor.account.id === owner.id) {
    throw new Problem('session_required', { detail: 'A token rotates itself, not others.' })
  }
  const wanted = expiresAt === undefined ? undefined : parseExpiration(expiresAt, now)

  return database.write(context, async (trx) => {
    await lockToken(trx, id)
    const old = await requireToken(trx, owner.id, id)
    if (tokenStatus(old, now) !== 'active') throw new Problem('token_not_active')
    if (actor.account.id !== owner.id) assertMayHandOut(actor, old.permissions ?? owner.permissions)
    const policy = await holdPolicy(trx, database.engine)
    const rules = policy[old.kind]
    assertMayCreate(policy, owner)
    const sameLifetime = old.expiresAt === null ? null : now + (old.expiresAt - old.createdAt)
    const newExpiry = wanted === undefined ? nearestAllowedEnd(sameLifetime, rules, now) : wanted
    if (actor.kind !== 'session' && !isOther && isLater(newExpiry, sameLifetime)) {
      throw fieldProblem('token_widening', 'expiresAt', 'A token that rotates itself gets no longer life than it had.')
    }
    assertWithinRules(rules, { expiresAt: newExpiry, allowedAddresses: old.allowedAddresses }, now)
    // Without an overlap there is one as before; with one, an account could heap up tokens.
    if (overlapSeconds > 0) await assertBelowLimit(trx, rules, owner.id, now, id)

    // The new one takes the name, so the old one lets go of it first.
    const endsAt = Math.min(old.expiresAt ?? Number.POSITIVE_INFINITY, now + overlapSeconds * 1000)
    if (overlapSeconds === 0) await setRevoked(trx, id, actor.account.id, now)
    else await endToken(trx, id, endsAt, now)

    const { id: newId, text } = generateToken(tokenPrefix, old.kind)
    const secret = new Secret(text)
    await insertToken(trx, {
      id: newId,
      accountId: owner.id,
      kind: old.kind,
      name: old.name,
      digest: digestOf(secret),
      createdAt: now,
      expiresAt: newExpiry,
      permissions: old.permissions,
      allowedAddresses: old.allowedAddresses,
    })
    await recordAudits(trx, context, [
      {
        action: 'token.rotated',
        target: { type: 'token', id },
        detail: {
          name: old.name,
          ownerId: owner.id,
          replacedBy: newId,
          oldEndsAt: overlapSeconds === 0 ? now : endsAt,
          expiresAt: newExpiry,
        },
      },
      {
        action: 'token.created',
        target: { type: 'token', id: newId },
        detail: { name: old.name, ownerId: owner.id, replaces: id, expiresAt: newExpiry },
      },
    ])
    return { token: await requireToken(trx, owner.id, newId), secret }
  })
}

/** Null is never, and so later than anything. */
function isLater(one: number | null, other: number | null): boolean {
  return other !== null && (one === null || one > other)
}
