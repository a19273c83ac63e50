import { generateToken } from '@ramp/verifier'
import { type Context, recordAudit } from '../audit/audit.ts'
import type { SessionActor } from '../core/actor.ts'
import { Secret } from '../core/secret.ts'
import type { Services } from '../services.ts'
import { digestOf } from '../verification/token-verifier.ts'
import { parseExpiration } from './expiration.ts'
import { addressRangesOf, narrowingOf } from './narrowing.ts'
import { requireToken } from './require-token.ts'
import type { Token } from './token.ts'
import { insertToken } from './token-store.ts'

export interface TokenInput {
  readonly name: string
  /** A date or an instant; null: until revoked. */
  readonly expiresAt: string | null
  readonly permissions: readonly string[] | null
  readonly allowedAddresses: readonly string[] | null
}

/**
 * Makes a personal access token for the person who asks. The secret exists in the answer only. Throws
 * `validation_failed`, `token_name_taken`.
 */
export async function createToken(
  { database, tokenPrefix }: Services,
  context: Context,
  { account }: SessionActor,
  input: TokenInput,
): Promise<{ token: Token; secret: Secret }> {
  const { now } = context
  const expiresAt = parseExpiration(input.expiresAt, now)
  const permissions = narrowingOf(input.permissions, account.permissions)
  const allowedAddresses = addressRangesOf(input.allowedAddresses)
  const { id, text } = generateToken(tokenPrefix, 'pat')
  const secret = new Secret(text)

  const token = await database.write(async (trx) => {
    await insertToken(trx, {
      id,
      accountId: account.id,
      kind: 'pat',
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
      detail: { name: input.name, kind: 'pat', ownerId: account.id, expiresAt, permissions, allowedAddresses },
    })
    return requireToken(trx, account.id, id)
  })
  return { token, secret }
}
