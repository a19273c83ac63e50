import type { AuthenticatedActor } from '../core/actor.ts'
import { fieldProblem, type Problem } from '../core/problem.ts'
import type { Policy } from '../policy/policy.ts'
import type { Reader } from '../storage/database.ts'
import { containsRange } from './narrowing.ts'
import { requireAnyToken } from './require-token.ts'

/**
 * A token that makes another gives it no more than it has itself (findings of CVE-2026-73804's kind). A session gives what
 * its account may give, and so does a token that is limited in nothing.
 */
export interface TokenLimits {
  /** Epoch milliseconds; null: until it is revoked. */
  readonly expiresAt: number | null
  /** Null: all that the account may do, as that changes. */
  readonly permissions: readonly string[] | null
  /** Null: any. */
  readonly allowedAddresses: readonly string[] | null
}

/** What is asked for; what is left out, the new token takes over from the one that makes it. */
export type WantedLimits = { readonly [Limit in keyof TokenLimits]: TokenLimits[Limit] | undefined }

const UNLIMITED: TokenLimits = { expiresAt: null, permissions: null, allowedAddresses: null }

/** The token that the actor acts with: of an access token, the one that it was got with. Null for a session. */
export function makingToken(actor: AuthenticatedActor): string | null {
  return actor.kind === 'session' ? null : (actor.parentId ?? actor.tokenId)
}

/** The limits of what the actor makes: its token's own, and the addresses that the policy leaves it. */
export async function limitsOf(db: Reader, actor: AuthenticatedActor, policy: Policy): Promise<TokenLimits> {
  if (actor.kind === 'session') return UNLIMITED
  const { expiresAt, permissions, allowedAddresses } = await requireAnyToken(db, actor.tokenId)
  const byPolicy = policy[actor.kind].allowedAddresses
  return { expiresAt, permissions, allowedAddresses: common(allowedAddresses, byPolicy) }
}

/** The limits of a new token. Throws `grant_exceeds_token`, naming the limit that the maker would exceed. */
export function withinMaker(maker: TokenLimits, wanted: WantedLimits): TokenLimits {
  const { expiresAt = maker.expiresAt, allowedAddresses = maker.allowedAddresses } = wanted
  const { permissions = maker.permissions } = wanted
  if (maker.expiresAt !== null && (expiresAt === null || expiresAt > maker.expiresAt)) {
    throw exceeding('expiresAt', 'The token that makes it ends earlier.')
  }
  if (maker.permissions !== null && permissions === null) {
    throw exceeding('permissions', 'The token that makes it is narrowed: name permissions that it holds.')
  }
  if (maker.allowedAddresses !== null && !areWithin(maker.allowedAddresses, allowedAddresses)) {
    throw exceeding('allowedAddresses', 'The token that makes it may not be used from all of these addresses.')
  }
  return { expiresAt, permissions, allowedAddresses }
}

function exceeding(field: keyof TokenLimits, message: string): Problem {
  return fieldProblem('grant_exceeds_token', field, message)
}

function areWithin(outer: readonly string[], inner: readonly string[] | null): boolean {
  return inner?.every((range) => outer.some((each) => containsRange(each, range))) ?? false
}

/** Two ranges are apart or one holds the other. */
function common(one: readonly string[] | null, other: readonly string[] | null): readonly string[] | null {
  if (one === null || other === null) return one ?? other
  const within = (ranges: readonly string[], outer: readonly string[]) =>
    ranges.filter((range) => outer.some((each) => containsRange(each, range)))
  return [...new Set([...within(one, other), ...within(other, one)])]
}
