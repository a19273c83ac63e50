import { type FieldError, Problem } from '../core/problem.ts'
import { lockAccount } from '../members/member-store.ts'
import type { Transaction } from '../storage/database.ts'
import { containsRange } from '../tokens/narrowing.ts'
import type { TokenOwner } from '../tokens/token.ts'
import { countActiveOf } from '../tokens/token-store.ts'
import { type Creation, isExpirationRequired, latestEnd, type Policy, type TokenRules } from './policy.ts'

/** What the policy says to a token that is about to be made. */

/** Whether somebody with these roles makes personal access tokens. */
export function allowsCreation(creation: Creation, roles: readonly string[]): boolean {
  if (typeof creation === 'string') return creation === 'all'
  return creation.roles.some((role) => roles.includes(role))
}

/** Only people are asked: who makes tokens for machines is a matter of permissions. Throws `token_creation_not_allowed`. */
export function assertMayCreate({ pat: { creation } }: Policy, owner: Pick<TokenOwner, 'kind' | 'roles'>): void {
  if (owner.kind !== 'member' || allowsCreation(creation, owner.roles)) return
  const detail =
    typeof creation === 'string'
      ? 'The policy lets nobody make personal access tokens. Those there are go on.'
      : `Only members with one of these roles make personal access tokens: ${creation.roles.join(', ')}.`
  throw new Problem('token_creation_not_allowed', { detail })
}

/** Throws `policy_violation`, naming every field that breaks a rule. */
export function assertWithinRules(
  rules: TokenRules,
  token: { readonly expiresAt: number | null; readonly allowedAddresses: readonly string[] | null },
  now: number,
): void {
  const errors = [...expirationErrors(rules, token.expiresAt, now), ...addressErrors(rules, token.allowedAddresses)]
  if (errors.length > 0) {
    throw new Problem('policy_violation', { detail: errors.map(({ message }) => message).join(' '), errors })
  }
}

function expirationErrors(rules: TokenRules, expiresAt: number | null, now: number): FieldError[] {
  const { maximumLifetimeDays: days } = rules
  const field = 'expiresAt'
  if (expiresAt === null) {
    if (!isExpirationRequired(rules)) return []
    const within = days === null ? '' : ` of at most ${days} days`
    return [{ field, code: 'expiration_required', message: `The policy requires an expiration${within}.` }]
  }
  if (days === null || expiresAt <= latestEnd(now, days)) return []
  return [{ field, code: 'lifetime_too_long', message: `The policy allows at most ${days} days.` }]
}

function addressErrors({ allowedAddresses: allowed }: TokenRules, wanted: readonly string[] | null): FieldError[] {
  if (allowed === null || wanted === null) return []
  const message = `The policy allows only addresses within ${allowed.join(', ')}.`
  return wanted.flatMap((range, index) =>
    allowed.some((outer) => containsRange(outer, range))
      ? []
      : [{ field: `allowedAddresses.${index}`, code: 'addresses_not_allowed', message }],
  )
}

/**
 * Counts what the account has besides the token `but`. Two tokens made at once wait for each other. Throws
 * `token_limit_reached`.
 */
export async function assertBelowLimit(
  trx: Transaction,
  { tokensPerAccount }: TokenRules,
  accountId: string,
  now: number,
  but: string | null = null,
): Promise<void> {
  if (tokensPerAccount === null) return
  await lockAccount(trx, accountId)
  if ((await countActiveOf(trx, accountId, but, now)) < tokensPerAccount) return
  const most = tokensPerAccount === 1 ? 'one active token' : `${tokensPerAccount} active tokens`
  throw new Problem('token_limit_reached', { detail: `The policy allows an account ${most}. Revoke one first.` })
}
