import { generateToken } from '@ramp/verifier'
import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { Secret } from '../core/secret.ts'
import { holdPolicy } from '../policy/policy-store.ts'
import { assertBelowLimit, assertMayCreate, assertWithinRules } from '../policy/restrict-new-token.ts'
import { assertMayHandOut } from '../roles/granting.ts'
import type { Services } from '../services.ts'
import type { Transaction } from '../storage/database.ts'
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

interface NewTokenOrder extends Omit<TokenInput, 'expiresAt'> {
  /** Epoch milliseconds; null: until revoked. */
  readonly expiresAt: number | null
  /** What it comes from, for the record. */
  readonly origin?: Readonly<Record<string, string>>
}

/**
 * Makes a token: a personal access token for a person, a service token for a machine. The secret exists in the answer only. Throws
 * `validation_failed`, `token_name_taken`, what the policy refuses (`token_creation_not_allowed`, `policy_violation`,
 * `token_limit_reached`), and `grant_exceeds_token` or
 * `insufficient_permissions` where it would allow what the actor cannot hand out.
 */
export function createToken(
  services: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  owner: TokenOwner,
  input: TokenInput,
): Promise<{ token: Token; secret: Secret }> {
  const order = { ...input, expiresAt: parseExpiration(input.expiresAt, context.now) }
  return services.database.write(context, (trx) => createTokenIn(services, trx, context, actor, owner, order))
}

/** The same in a transaction that does more than this. */
export async function createTokenIn(
  { database, tokenPrefix }: Services,
  trx: Transaction,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  owner: TokenOwner,
  { name, expiresAt, origin = {}, ...limits }: NewTokenOrder,
): Promise<{ token: Token; secret: Secret }> {
  const { now } = context
  const permissions = narrowingOf(limits.permissions, owner.permissions)
  assertMayHandOut(actor, permissions ?? owner.permissions)
  const allowedAddresses = addressRangesOf(limits.allowedAddresses)
  const kind = kindFor(owner)
  const { id, text } = generateToken(tokenPrefix, kind)
  const secret = new Secret(text)

  const policy = await holdPolicy(trx, database.engine)
  assertMayCreate(policy, owner)
  assertWithinRules(policy[kind], { expiresAt, allowedAddresses }, now)
  await assertBelowLimit(trx, policy[kind], owner.id, now)
  await insertToken(trx, {
    id,
    accountId: owner.id,
    kind,
    name,
    digest: digestOf(secret),
    createdAt: now,
    expiresAt,
    permissions,
    allowedAddresses,
  })
  await recordAudit(trx, context, {
    action: 'token.created',
    target: { type: 'token', id },
    detail: { name, kind, ownerId: owner.id, expiresAt, permissions, allowedAddresses, ...origin },
  })
  return { token: await requireToken(trx, owner.id, id), secret }
}
