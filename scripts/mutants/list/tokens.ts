import { mutationsOf } from '../mutations-of.ts'

/** A token only ever gets narrower, and what replaces or renews it is no wider. */
export const TOKENS = [
  ...mutationsOf(
    'packages/server/src/tokens/rotate-token.ts',
    [
      'api/tokens/rotation',
      'api/service-accounts/service-accounts',
      'api/service-accounts/handing-out',
      'api/policy/new-tokens',
    ],
    [
      [
        'Math.min(old.expiresAt ?? Number.POSITIVE_INFINITY, now + overlapSeconds * 1000)',
        'now + overlapSeconds * 1000',
        'Rotation prolongs the old secret.',
      ],
      [
        "if (tokenStatus(old, now) !== 'active') throw new Problem('token_not_active')",
        '',
        'A revoked token is rotated into a live one.',
      ],
      ['if (isOther && actor.account.id === owner.id) {', 'if (false) {', 'A token rotates other tokens of its owner.'],
      ['permissions: old.permissions,', 'permissions: null,', 'Rotation drops the narrowing.'],
      [
        'allowedAddresses: old.allowedAddresses,\n    })',
        'allowedAddresses: null,\n    })',
        'Rotation drops the addresses.',
      ],
      ['assertMayCreate(policy, owner)', '', 'Somebody whom the policy forbids tokens gets new ones by rotation.'],
      [
        'if (overlapSeconds > 0) await assertBelowLimit(trx, rules, owner.id, now, id)',
        '',
        "Rotation with overlaps exceeds the policy's limit.",
      ],
      [
        "if (actor.kind !== 'session' && !isOther && isLater(newExpiry, sameLifetime)) {",
        'if (false) {',
        'A token prolongs its own life.',
      ],
      [
        'return other !== null && (one === null || one > other)',
        'return other !== null && one !== null && one > other',
        'A token that expires rotates itself into one that does not.',
      ],
      [
        'if (actor.account.id !== owner.id) assertMayHandOut(actor, old.permissions ?? owner.permissions)',
        '',
        'A narrowed token rotates a broad one of another account and gets its secret.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/tokens/narrowing.ts',
    ['api/tokens/narrower-addresses', 'api/tokens/change', 'api/tokens/permissions', 'api/tokens/addresses'],
    [
      ['|| inner.prefixLength < outer.prefixLength', '', 'A wider range with the same network passes as narrower.'],
      [
        'inner.prefixLength < outer.prefixLength',
        'inner.prefixLength <= outer.prefixLength',
        'The same range is refused.',
      ],
      [
        'if (to === null || to.some((permission) => !from.includes(permission))) throw',
        'if (to?.some((permission) => !from.includes(permission))) throw',
        "A token's narrowing can be removed.",
      ],
      [
        'if (to === null || to.some((permission) => !from.includes(permission))) throw',
        'if (to === null || !to.some((permission) => from.includes(permission))) throw',
        'A permission can be added beside one that stays.',
      ],
      [
        'if (to === null || !to.every(',
        'if (!to?.every(',
        'A range can be removed.',
        'Optional chaining yields undefined for null, which is refused too.',
      ],
      [
        '!to.every((range) => from.some(',
        '!to.some((range) => from.some(',
        'A foreign range can be added beside a narrower one.',
      ],
      [
        'if (from !== null && (to === null || to > from)) throw',
        'if (from !== null && to !== null && to > from) throw',
        'An expiration can be removed.',
      ],
      [
        'const index = wanted.findIndex((permission) => !held.has(permission))',
        'const index = -1',
        'A token is made with permissions that its owner lacks.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/tokens/change-token.ts',
    ['api/tokens/change', 'api/tokens/edited-meanwhile', 'api/tokens/ownership'],
    [
      [
        "if (tokenStatus(token, now) !== 'active') throw new Problem('token_not_active')",
        '',
        'A revoked token is changed.',
      ],
      ['assertUnchanged(ifMatch, editableOf(token))', '', 'An edit overwrites another one that came between.'],
      ['assertEarlierEnd(token.expiresAt, limits.expiresAt)', '', 'A token is prolonged.'],
      ['assertNarrowerPermissions(token.permissions, change.permissions)', '', 'A token is widened.'],
      [
        'assertNarrowerAddresses(token.allowedAddresses, limits.allowedAddresses)',
        '',
        "A token's addresses are widened.",
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/tokens/create-token.ts',
    ['api/service-accounts/handing-out', 'api/policy/new-tokens', 'api/tokens/create'],
    [
      ['assertMayHandOut(actor, permissions ?? owner.permissions)', '', 'A narrowed token makes an unlimited one.'],
      ['assertMayCreate(policy, owner)', '', 'Somebody whom the policy forbids tokens makes one.'],
      ['await assertBelowLimit(trx, policy[kind], owner.id, now)', '', "The policy's limit does not count."],
      ['assertWithinRules(policy[kind], { expiresAt, allowedAddresses }, now)', '', 'A new token breaks the policy.'],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/tokens/revoke-token.ts',
    ['api/tokens/ownership', 'api/tokens/revoke'],
    [
      [
        'if (token === undefined || token.accountId !== ownerId) throw',
        'if (token === undefined) throw',
        "Anybody revokes anybody's token.",
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/tokens/expiration.ts',
    ['api/tokens/expiration'],
    [['if (expiresAt <= now) {', 'if (expiresAt < now - 86_400_000) {', 'A token is made that has expired already.']],
  ),
  ...mutationsOf(
    'packages/server/src/oauth/issue-access-token.ts',
    ['api/oauth/client-credentials'],
    [
      ['if (client.parentId !== null) throw', 'if (false) throw', 'An access token gets itself successors.'],
      ['if (beyond.length > 0) {', 'if (false) {', 'A client gets a scope that it does not hold.'],
      [
        'Math.min(now + ACCESS_TOKEN_LIFETIME_MS, parent.expiresAt ?? Number.POSITIVE_INFINITY)',
        'now + ACCESS_TOKEN_LIFETIME_MS',
        'An access token outlives its parent.',
      ],
      ['permissions: scope,\n    })', 'permissions: null,\n    })', 'The scope of an access token is ignored.'],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/oauth/revoke-presented-token.ts',
    ['api/oauth/revocation'],
    [
      ["if (!mayRevoke(actor, token)) return 'not_allowed'", '', 'Any client revokes any token.'],
      [
        "return token.accountId === account.id && permissions.has('own-tokens:write')",
        'return token.accountId === account.id',
        'A token without own-tokens:write revokes its siblings.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/oauth/redeem-device-code.ts',
    ['api/oauth/device-authorization'],
    [
      [
        "if (!(await setRedeemed(trx, polled.id, now))) throw new Problem('invalid_grant')",
        'await setRedeemed(trx, polled.id, now)',
        'A device code is redeemed twice.',
      ],
      ['polled.permissions?.filter(isHeld) ?? null', 'null', 'A device gets more than was approved.'],
      [
        'if (account === undefined || account.deactivatedAt !== null) throw',
        'if (account === undefined) throw',
        "A deactivated member's device gets a token.",
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/oauth/device-authorization.ts',
    ['api/oauth/device-authorization'],
    [
      ["if (now >= device.expiresAt) return 'expired'", '', 'A device code never expires.'],
      ["if (device.deniedAt !== null) return 'denied'", '', 'A denied device waits on, or is approved afterwards.'],
    ],
  ),
]
