import { mutationsOf } from '../mutations-of.ts'

/** What the policy ends, and what it lets nobody make. */
export const POLICY = [
  ...mutationsOf(
    'packages/server/src/policy/policy.ts',
    ['api/policy/existing-tokens', 'api/policy/new-tokens', 'api/policy/change'],
    [
      [
        'lastActivity < now - endUnusedAfterDays * DAY_MS',
        'lastActivity < now - 2 * endUnusedAfterDays * DAY_MS',
        'Unused tokens live twice as long.',
      ],
      ['Math.max(createdAt, lastUsedAt ?? 0)', 'createdAt', 'A token in use is ended as unused.'],
      [
        'if (expiresAt !== null && expiresAt <= latest) return undefined',
        'if (expiresAt !== null) return undefined',
        'A token beyond the maximum keeps its end.',
      ],
      ['if (expirationRequired && expiresAt === null) {', 'if (false) {', 'Existing tokens without an end go on.'],
      ['defaultLifetimeDays > maximum', 'defaultLifetimeDays >= 2 * maximum', 'A policy contradicts itself.'],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/policy/restrict-new-token.ts',
    ['api/policy/new-tokens'],
    [
      [
        "if (typeof creation === 'string') return creation === 'all'",
        "if (typeof creation === 'string') return true",
        'The policy lets nobody make tokens, and everybody does.',
      ],
      ['creation.roles.some((role) => roles.includes(role))', 'true', 'The roles that may make tokens do not count.'],
      [
        'if (!isExpirationRequired(rules)) return []',
        'if (!rules.expirationRequired) return []',
        'A maximum lifetime allows tokens without an end.',
      ],
      [
        'if (days === null || expiresAt <= latestEnd(now, days)) return []',
        'return []',
        'A new token lives longer than the maximum.',
      ],
      [
        'allowed.some((outer) => containsRange(outer, range))',
        'allowed.some((outer) => containsRange(range, outer))',
        "A new token's addresses may be wider than the policy's.",
      ],
      [
        'but, now)) < tokensPerAccount) return',
        'but, now)) <= tokensPerAccount) return',
        'An account gets one token more than the limit.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/policy/end-account-tokens.ts',
    ['api/policy/account-changes'],
    [
      [
        "if (!alsoAsked && passwordChange.tokens === 'keep') return 0",
        "if (passwordChange.tokens === 'keep') return 0",
        'Tokens outlive a change of the password that should revoke them.',
      ],
      [
        "if (!alsoAsked && passwordChange.tokens === 'keep') return 0",
        'if (!alsoAsked) return 0',
        'The policy for password changes does not count.',
      ],
      [
        "deactivatedForMs <= days * DAY_MS ? 'restore' : 'revoke'",
        "'restore'",
        'Tokens of an account that was long deactivated come back.',
      ],
      [
        "tokens === 'revoke' ? await end(trx, context, actor, account.id, 'reactivation') : 0",
        '0',
        'Tokens come back with their account although they should not.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/policy/enforce-policy.ts',
    ['api/policy/existing-tokens'],
    [
      ['await usage.flushEverywhere()', '', 'A token that was just used is ended as unused.'],
      [
        'end.isRevoked ? revokeByReason(trx, ids, end.reason, now) : moveEnd',
        'moveEnd',
        'An unused token is not revoked.',
      ],
    ],
  ),
]
