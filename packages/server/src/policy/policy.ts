import { parseRange } from '../core/address.ts'
import { DAY_MS } from '../core/clock.ts'
import type { FieldError } from '../core/problem.ts'
import type { EndReason } from '../tokens/token.ts'

/** What holds for tokens of one kind, whoever they belong to. Null: no such rule. */
export interface TokenRules {
  /** No token is accepted longer than so many days from its creation; a token without end counts as longer than any. */
  readonly maximumLifetimeDays: number | null
  readonly expirationRequired: boolean
  /** What a form preselects. */
  readonly defaultLifetimeDays: number | null
  readonly tokensPerAccount: number | null
  /** A token that was not used in so many days is revoked. */
  readonly endUnusedAfterDays: number | null
  /** The ranges from which tokens are accepted, besides a token's own. */
  readonly allowedAddresses: readonly string[] | null
}

/** Who makes personal access tokens: everybody, nobody, or whoever has one of these roles. */
export type Creation = 'all' | 'nobody' | { readonly roles: readonly string[] }

export const REACTIVATIONS = ['restore', 'revoke', 'restore_if_recent'] as const
export const PASSWORD_CHANGES = ['keep', 'revoke'] as const

export interface Policy {
  readonly pat: TokenRules & { readonly creation: Creation }
  readonly service: TokenRules
  /** Whether tokens come back with their account; `days`: how long ago is recent. */
  readonly reactivation: { readonly tokens: (typeof REACTIVATIONS)[number]; readonly days: number }
  /** What becomes of a member's personal access tokens when the password is changed or reset. */
  readonly passwordChange: { readonly tokens: (typeof PASSWORD_CHANGES)[number] }
}

export type TokenKind = 'pat' | 'service'
export const TOKEN_KINDS = ['pat', 'service'] as const

/** An expiration that is required and has no other length. */
export const FALLBACK_LIFETIME_DAYS = 90

/**
 * The last instant that a lifetime of so many days allows: the end of that day in UTC, since a date given for a token
 * means the end of that day, too.
 */
export function latestEnd(from: number, days: number): number {
  return Math.floor((from + days * DAY_MS) / DAY_MS) * DAY_MS + DAY_MS - 1
}

/** A maximum without an expiration would be none. */
export function isExpirationRequired({ expirationRequired, maximumLifetimeDays }: TokenRules): boolean {
  return expirationRequired || maximumLifetimeDays !== null
}

/** An end that a new token may have: the wanted one if it is allowed, otherwise the latest allowed. Null: none. */
export function nearestAllowedEnd(wanted: number | null, rules: TokenRules, now: number): number | null {
  const { maximumLifetimeDays: days } = rules
  if (days !== null) return Math.min(wanted ?? Number.POSITIVE_INFINITY, latestEnd(now, days))
  return wanted ?? (rules.expirationRequired ? endForWantOfOne(rules, now) : null)
}

function endForWantOfOne({ defaultLifetimeDays }: TokenRules, now: number): number {
  return latestEnd(now, defaultLifetimeDays ?? FALLBACK_LIFETIME_DAYS)
}

/** How a policy ends a token: revoked now, or with an end that comes earlier. */
export interface PolicyEnd {
  readonly isRevoked: boolean
  readonly endsAt: number
  readonly reason: EndReason
}

interface LivingToken {
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
}

/**
 * What the rules do to a token that is accepted now; undefined: nothing. The one place that says so: the preview and the
 * enforcement both ask here. What has had its end moved is in line, so asking again finds nothing.
 */
export function endOf(token: LivingToken, rules: TokenRules, now: number): PolicyEnd | undefined {
  const { createdAt, expiresAt, lastUsedAt } = token
  const { maximumLifetimeDays, endUnusedAfterDays, expirationRequired } = rules
  const lastActivity = Math.max(createdAt, lastUsedAt ?? 0)
  if (endUnusedAfterDays !== null && lastActivity < now - endUnusedAfterDays * DAY_MS) {
    return { isRevoked: true, endsAt: now, reason: 'policy_unused' }
  }
  if (maximumLifetimeDays !== null) {
    const latest = latestEnd(createdAt, maximumLifetimeDays)
    if (expiresAt !== null && expiresAt <= latest) return undefined
    return { isRevoked: false, endsAt: Math.max(latest, now), reason: 'policy_maximum_lifetime' }
  }
  if (expirationRequired && expiresAt === null) {
    return { isRevoked: false, endsAt: endForWantOfOne(rules, now), reason: 'policy_expiration_required' }
  }
  return undefined
}

/** Whether there is any rule that can end a token of this kind. */
export function endsTokens(rules: TokenRules): boolean {
  return isExpirationRequired(rules) || rules.endUnusedAfterDays !== null
}

/** Where a policy contradicts itself, or names what is not there. Empty: nowhere. */
export function contradictionsOf(policy: Policy, isRole: (name: string) => boolean): FieldError[] {
  const { creation } = policy.pat
  const roles = typeof creation === 'string' ? [] : creation.roles
  return [
    ...TOKEN_KINDS.flatMap((kind) => ruleErrors(kind, policy[kind])),
    ...roles.flatMap((role, index) =>
      isRole(role)
        ? []
        : [fieldError(`pat.creation.roles.${index}`, 'unknown_role', 'The catalogue has no such role.')],
    ),
  ]
}

function ruleErrors(kind: TokenKind, rules: TokenRules): FieldError[] {
  const { maximumLifetimeDays: maximum, defaultLifetimeDays, endUnusedAfterDays, allowedAddresses } = rules
  const errors: FieldError[] = []
  if (maximum !== null && defaultLifetimeDays !== null && defaultLifetimeDays > maximum) {
    const message = `The preset is longer than the maximum of ${maximum} days.`
    errors.push(fieldError(`${kind}.defaultLifetimeDays`, 'longer_than_maximum', message))
  }
  if (maximum !== null && endUnusedAfterDays !== null && endUnusedAfterDays > maximum) {
    const message = `No token lives that long: the maximum is ${maximum} days.`
    errors.push(fieldError(`${kind}.endUnusedAfterDays`, 'never_applies', message))
  }
  for (const [index, range] of (allowedAddresses ?? []).entries()) {
    if (parseRange(range) !== undefined) continue
    const message = 'Give addresses (192.0.2.1) or ranges (192.0.2.0/24, 2001:db8::/32).'
    errors.push(fieldError(`${kind}.allowedAddresses.${index}`, 'not_an_address_range', message))
  }
  return errors
}

const fieldError = (field: string, code: string, message: string): FieldError => ({ field, code, message })
