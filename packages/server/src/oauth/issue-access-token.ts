import { generateToken } from '@ramp/verifier'
import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { TokenActor } from '../core/actor.ts'
import { DAY_MS, MINUTE_MS } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import { Secret } from '../core/secret.ts'
import type { Services } from '../services.ts'
import { countLiveAccessTokens, hasAccessTokenSince, insertAccessToken } from '../tokens/access-token-store.ts'
import { findToken } from '../tokens/token-query.ts'
import { digestOf } from '../verification/token-verifier.ts'

/** Long enough that getting one is rare, short enough that one that leaked into a log is soon worth nothing. */
export const ACCESS_TOKEN_LIFETIME_MS = 15 * MINUTE_MS

/** One a second: a client that gets one for each call, instead of keeping it, must not fill the table. */
const MOST_AT_A_TIME = 1000

export interface IssuedAccessToken {
  readonly secret: Secret
  readonly expiresAt: number
  /** What it may do now. */
  readonly permissions: readonly string[]
}

/**
 * Gives a service account a short-lived token for one of its own (RFC 6749 §4.4). `scope` narrows it further; null: it
 * may what its parent may, as that is at each call. Throws `invalid_scope`, `too_many_access_tokens`, and
 * `invalid_grant` for an access token, which gets no other.
 *
 * The first of a day is recorded, for the token it was got with; the others are counted there as its use. An event each
 * would bury the rest of the audit: some services get thousands a day.
 */
export async function issueAccessToken(
  { database, tokenPrefix }: Services,
  context: AuthorizedContext,
  client: TokenActor,
  scope: readonly string[] | null,
): Promise<IssuedAccessToken> {
  const { now } = context
  if (client.parentId !== null) throw new Problem('invalid_grant', { detail: 'An access token gets no other.' })
  const beyond = scope?.filter((permission) => !client.permissions.has(permission)) ?? []
  if (beyond.length > 0) {
    throw new Problem('invalid_scope', { detail: `The client does not hold ${beyond.join(', ')}.` })
  }
  const { id, text } = generateToken(tokenPrefix, 'service')
  const secret = new Secret(text)
  const parentId = client.tokenId
  return database.note(context, async (trx) => {
    // What it says of itself may be outdated by now; what it hangs on counts at each call.
    const parent = await findToken(trx, parentId)
    if (parent === undefined) throw new Problem('invalid_grant')
    if ((await countLiveAccessTokens(trx, parentId, now, MOST_AT_A_TIME)) === MOST_AT_A_TIME) {
      throw new Problem('too_many_access_tokens', { headers: { 'retry-after': '60' } })
    }
    const isFirstToday = !(await hasAccessTokenSince(trx, parentId, Math.floor(now / DAY_MS) * DAY_MS))
    const expiresAt = Math.min(now + ACCESS_TOKEN_LIFETIME_MS, parent.expiresAt ?? Number.POSITIVE_INFINITY)
    await insertAccessToken(trx, {
      id,
      parentId,
      digest: digestOf(secret),
      createdAt: now,
      expiresAt,
      permissions: scope,
    })
    if (isFirstToday) {
      await recordAudit(trx, context, {
        action: 'token.exchanged',
        target: { type: 'token', id: parentId },
        detail: { name: parent.name, ownerId: parent.accountId, permissions: scope },
      })
    }
    return { secret, expiresAt, permissions: scope ?? [...client.permissions].sort() }
  })
}
