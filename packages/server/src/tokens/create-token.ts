import { generateToken } from '@ramp/verifier'
import { type Context, recordAudit } from '../audit/audit.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { Secret } from '../core/secret.ts'
import { holdPolicy } from '../policy/policy-store.ts'
import { assertBelowLimit, assertMayCreate, assertWithinRules } from '../policy/restrict-new-token.ts'
import { assertMayHandOut } from '../roles/granting.ts'
import type { Services } from '../services.ts'
import { digestOf } from '../verification/token-verifier.ts'
import { parseExpiration } from './expiration.ts'
import { addressRangesOf, narrowingOf } from './narrowing.ts'
import { requireToken } from './require-token.ts'
import { kindFor, type Token, type TokenOwner } from './token.ts'
import { insertToken } from './token-store.ts'

export interface TokenInput {
  readonly name: string
  /** A date or an instant; null: until revoked. */
  readonly expiresAt: string | null
  readonly permissions: readonly string[] | null
  readonly allowedAddresses: readonly string[] | null
}

/**
 * Makes a token: a personal access token for a person, a service token for a machine. The secret exists in the answer only. Throws
 * `validation_failed`, `token_name_taken`, what the policy refuses (`token_creation_not_allowed`, `policy_violation`,
 * `token_limit_reached`), and `grant_exceeds_token` or
 * `insufficient_permissions` where it would allow what the actor cannot hand out.
 */
export async function createToken(
  { database, tokenPrefix }: Services,
  context: Context,
  actor: AuthenticatedActor,
  owner: TokenOwner,
  input: TokenInput,
): Promise<{ token: Token; secret: Secret }> {
  const { now } = context
  const expiresAt = parseExpiration(input.expiresAt, now)
  const permissions = narrowingOf(input.permissions, owner.permissions)
  assertMayHandOut(actor, permissions ?? owner.permissions)
  const allowedAddresses = addressRangesOf(input.allowedAddresses)
  const kind = kindFor(owner)
  const { id, text } = generateToken(tokenPrefix, kind)
  const secret = new Secret(text)

  const token = await database.write(async (trx) => {
    const policy = await holdPolicy(trx, database.engine)
    assertMayCreate(policy, owner)
    assertWithinRules(policy[kind], { expiresAt, allowedAddresses }, now)
    await assertBelowLimit(trx, policy[kind], owner.id, now)
    await insertToken(trx, {
      id,
      accountId: owner.id,
      kind,
      name: input.name,
      digest: digestOf(secret),
      createdAt: now,
      expiresAt,
      permissions,
      allowedAddresses,
    })
    await recordAudit(trx, context, {
      action: 'token.created',
      target: { type: 'token', id },
      detail: { name: input.name, kind, ownerId: owner.id, expiresAt, permissions, allowedAddresses },
    })
    return requireToken(trx, owner.id, id)
  })
  return { token, secret }
}
