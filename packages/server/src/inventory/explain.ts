import { isWithin, toBlockList } from '../core/address.ts'
import type { RoleSource } from '../roles/role-sources.ts'
import { type EndReason, type Token, tokenStatus } from '../tokens/token.ts'

/** One rule of verification, as it stands for a token now. */
export interface Finding {
  readonly rule:
    | 'format'
    | 'known'
    | 'secret'
    | 'not_revoked'
    | 'not_expired'
    | 'account_active'
    | 'address_allowed'
    | 'address_allowed_by_policy'
    | 'permission'
  /** Null: could not be asked, since a rule before it failed or nothing was given to compare. */
  readonly passed: boolean | null
  readonly detail: string
  /** Since when it fails, epoch milliseconds. */
  readonly since?: number
  /** Who caused it: a username. */
  readonly by?: string
}

export interface Question {
  /** Whether the secret was given and is the right one; undefined: only the id was given. */
  readonly secretMatches: boolean | undefined
  readonly address: string | undefined
  readonly permission: string | undefined
}

export interface Holdings {
  readonly sources: readonly RoleSource[]
  /** What the account may do, before the token's narrowing. */
  readonly permissions: ReadonlySet<string>
  /** The roles of the catalogue that allow the permission asked for. */
  readonly rolesThatAllow: readonly string[]
  /** The ranges that the policy leaves tokens of this kind; null: any. */
  readonly policyAddresses: readonly string[] | null
}

/** Every rule in the order in which verification asks it. Pure; `now` in epoch milliseconds. */
export function explain(token: Token, holdings: Holdings, question: Question, now: number): Finding[] {
  return [
    { rule: 'known', passed: true, detail: `"${token.name}" of ${token.owner.username}.` },
    secretFinding(question),
    revokedFinding(token),
    expiredFinding(token, now),
    accountFinding(token),
    addressFinding(token, question),
    policyAddressFinding(holdings, question),
    permissionFinding(token, holdings, question),
  ]
}

/** Whether verification would accept it: no rule fails. */
export function isAccepted(findings: readonly Finding[]): boolean {
  return findings.every(({ passed }) => passed !== false)
}

function secretFinding({ secretMatches }: Question): Finding {
  if (secretMatches === undefined)
    return { rule: 'secret', passed: null, detail: 'Only the id was given; the secret was not compared.' }
  return {
    rule: 'secret',
    passed: secretMatches,
    detail: secretMatches ? 'The secret is right.' : 'The id is known, the secret is wrong.',
  }
}

/** Why the server itself ended it. */
const BY_ITSELF: Readonly<Record<EndReason, string>> = {
  policy_maximum_lifetime: 'The policy ended it: it is older than the maximum lifetime.',
  policy_expiration_required: 'The policy ended it: it had no expiration, and one is required.',
  policy_unused: 'The policy ended it: it was not used for too long.',
  reactivation: 'It stayed revoked when its account was reactivated.',
  password_change: 'It was revoked when the password of its owner changed.',
}

function revokedFinding({ revokedAt, revokedBy, endReason }: Token): Finding {
  if (revokedAt === null) return { rule: 'not_revoked', passed: true, detail: 'It is not revoked.' }
  const byWhom = revokedBy === null ? 'It was revoked.' : `${revokedBy} revoked it.`
  const detail = endReason === null ? byWhom : BY_ITSELF[endReason]
  return { rule: 'not_revoked', passed: false, detail, since: revokedAt, ...(revokedBy !== null && { by: revokedBy }) }
}

function expiredFinding(token: Token, now: number): Finding {
  const { expiresAt } = token
  if (expiresAt === null) return { rule: 'not_expired', passed: true, detail: 'It does not expire.' }
  if (tokenStatus({ revokedAt: null, expiresAt }, now) === 'active')
    return { rule: 'not_expired', passed: true, detail: 'It has not expired.' }
  const detail = token.endReason === null ? 'It has expired.' : BY_ITSELF[token.endReason]
  return { rule: 'not_expired', passed: false, detail, since: expiresAt }
}

function accountFinding({ owner: { username, deactivatedAt } }: Token): Finding {
  if (deactivatedAt === null)
    return { rule: 'account_active', passed: true, detail: `The account ${username} is active.` }
  return {
    rule: 'account_active',
    passed: false,
    detail: `The account ${username} is deactivated.`,
    since: deactivatedAt,
  }
}

function addressFinding({ allowedAddresses }: Token, { address }: Question): Finding {
  const rule = 'address_allowed'
  if (allowedAddresses === null) return { rule, passed: true, detail: 'It may be used from anywhere.' }
  const list = allowedAddresses.join(', ')
  if (address === undefined) return { rule, passed: null, detail: `It may be used from ${list}.` }
  const isInside = isWithin(address, toBlockList(allowedAddresses))
  return {
    rule,
    passed: isInside,
    detail: isInside ? `${address} is within ${list}.` : `${address} is not within ${list}.`,
  }
}

function policyAddressFinding({ policyAddresses }: Holdings, { address }: Question): Finding {
  const rule = 'address_allowed_by_policy'
  if (policyAddresses === null) return { rule, passed: true, detail: 'The policy names no addresses.' }
  const list = policyAddresses.join(', ')
  if (address === undefined) return { rule, passed: null, detail: `The policy accepts it from ${list}.` }
  const isInside = isWithin(address, toBlockList(policyAddresses))
  const detail = isInside ? `The policy accepts it from ${list}.` : `The policy accepts it only from ${list}.`
  return { rule, passed: isInside, detail }
}

function permissionFinding(
  token: Token,
  { sources, permissions, rolesThatAllow }: Holdings,
  { permission }: Question,
): Finding {
  const rule = 'permission'
  if (permission === undefined)
    return { rule, passed: null, detail: `The account's roles: ${describe(sources) || 'none'}.` }
  if (!permissions.has(permission)) {
    const wanting =
      rolesThatAllow.length > 0
        ? `Any of these roles would give it: ${rolesThatAllow.join(', ')}.`
        : 'No role of the catalogue gives it.'
    return { rule, passed: false, detail: `${token.owner.username} does not hold ${permission}. ${wanting}` }
  }
  if (token.permissions !== null && !token.permissions.includes(permission)) {
    return { rule, passed: false, detail: `The token is narrowed to ${token.permissions.join(', ')}.` }
  }
  const given = sources.filter(({ role }) => rolesThatAllow.includes(role))
  return { rule, passed: true, detail: given.length > 0 ? `By ${describe(given)}.` : 'Every account holds it.' }
}

function describe(sources: readonly RoleSource[]): string {
  return sources
    .map(({ role, through }) => (through.length === 0 ? role : `${role} (through ${through.join(' → ')})`))
    .join(', ')
}
