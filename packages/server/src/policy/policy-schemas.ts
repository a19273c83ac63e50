import { type Static, Type } from 'typebox'
import { toInstant, toInstantOrNull } from '../core/clock.ts'
import { AccountId, closed, Instant, Nullable, OneOf, PlainText } from '../http/schemas.ts'
import { TokenId } from '../tokens/token-schemas.ts'
import { PASSWORD_CHANGES, type Policy, REACTIVATIONS } from './policy.ts'
import type { StoredPolicy } from './policy-store.ts'
import { EFFECTS, type HitToken, type Preview } from './preview-policy.ts'

const Days = (description: string) => Nullable(Type.Integer({ minimum: 1, maximum: 3650, description }))

const rules = {
  maximumLifetimeDays: Days('No token lives longer, counted to the end of the day in UTC; implies an expiration.'),
  expirationRequired: Type.Boolean({ description: 'Whether a token must have an expiration.' }),
  defaultLifetimeDays: Days('What the form preselects.'),
  tokensPerAccount: Nullable(
    Type.Integer({ minimum: 1, maximum: 10_000, description: 'How many active tokens an account may have.' }),
  ),
  endUnusedAfterDays: Days('A token not used in so many days is revoked.'),
  allowedAddresses: Nullable(
    Type.Array(PlainText({ maxLength: 50 }), {
      minItems: 1,
      maxItems: 100,
      uniqueItems: true,
      description: 'Addresses and CIDR ranges from which tokens are accepted, besides a token’s own. Null: any.',
    }),
  ),
}

const CreationRule = Type.Union(
  [
    OneOf(['all', 'nobody'] as const),
    closed({ roles: Type.Array(PlainText({ maxLength: 64 }), { minItems: 1, maxItems: 50, uniqueItems: true }) }),
  ],
  { description: 'Who makes personal access tokens: all, nobody, or whoever has one of these roles.' },
)

const fields = {
  pat: closed({ ...rules, creation: CreationRule }),
  service: closed(rules),
  reactivation: closed({
    tokens: OneOf(REACTIVATIONS, {
      description: 'Whether the tokens of an account come back with it, unless whoever reactivates it says otherwise.',
    }),
    days: Type.Integer({ minimum: 1, maximum: 3650, description: 'How long ago a deactivation counts as recent.' }),
  }),
  passwordChange: closed({
    tokens: OneOf(PASSWORD_CHANGES, {
      description: 'What becomes of a member’s personal access tokens when the password is changed or reset.',
    }),
  }),
}

export const PolicyInput = closed(fields)

const meta = {
  updatedAt: Nullable(Instant('When it was last changed; null: never.')),
  updatedBy: Nullable(Type.String({ description: 'The username of who changed it.' })),
}

export const PolicyBody = Type.Object({ ...fields, ...meta })

export const ChangedPolicyBody = Type.Object({
  ...fields,
  ...meta,
  tokensEnded: Type.Integer({ description: 'How many tokens it has revoked, or whose end it has moved.' }),
})

export function toPolicyBody({ policy, updatedAt, updatedBy }: StoredPolicy): Static<typeof PolicyBody> {
  return { ...copyOf(policy), updatedAt: toInstantOrNull(updatedAt), updatedBy }
}

/** Lists of answers may be changed, those of a policy may not. */
const copyOf = (policy: Policy) => structuredClone(policy) as Static<typeof PolicyInput>

const PreviewOwner = Type.Object({
  id: AccountId,
  kind: OneOf(['member', 'service'] as const),
  username: Type.String(),
  displayName: Type.String(),
})

export const PreviewBody = Type.Object({
  totals: Type.Object(
    {
      tokens: Type.Integer({ description: 'Tokens that it would hit.' }),
      owners: Type.Integer({ description: 'Accounts that these belong to.' }),
      revoked: Type.Integer({ description: 'Revoked at once: unused too long.' }),
      endsNow: Type.Integer({ description: 'Expired at once: older than the maximum.' }),
      endsEarlier: Type.Integer({ description: 'Given an earlier end.' }),
      addressRefused: Type.Integer({ description: 'Refused from where they were last used.' }),
      stoppedOwners: Type.Integer({ description: 'Owners of tokens who could make no more.' }),
    },
    { description: 'Over all pages.' },
  ),
  items: Type.Array(
    Type.Object({
      token: Type.Object({
        id: TokenId,
        kind: OneOf(['pat', 'service'] as const),
        name: Type.String(),
        createdAt: Instant('When it was made.'),
        expiresAt: Nullable(Instant('When it ends as things are.')),
        lastUsedAt: Nullable(Instant('When it was last used.')),
        lastUsedAddress: Nullable(Type.String({ description: 'From which address.' })),
      }),
      owner: PreviewOwner,
      effects: Type.Array(
        Type.Object({
          effect: OneOf(EFFECTS),
          reason: Type.String({ description: 'What would stand on the token as `endReason`.' }),
          endsAt: Nullable(Instant('When it would end.')),
        }),
      ),
    }),
  ),
  nextCursor: Nullable(Type.String()),
  stoppedOwners: Type.Array(
    Type.Object({ owner: PreviewOwner, reason: OneOf(['creation', 'tokens_per_account'] as const) }),
    { description: 'Owners who could make no more, page by page as the tokens are; what they have goes on.' },
  ),
})

export function toPreviewBody({
  totals,
  items,
  stoppedOwners,
}: Preview): Omit<Static<typeof PreviewBody>, 'nextCursor'> {
  return {
    totals: {
      tokens: totals.tokens,
      owners: totals.owners,
      revoked: totals.revoked,
      endsNow: totals.ends_now,
      endsEarlier: totals.ends_earlier,
      addressRefused: totals.address_refused,
      stoppedOwners: totals.stoppedOwners,
    },
    items: items.map(toItem),
    stoppedOwners: stoppedOwners.map(({ owner, reason }) => ({ owner: { ...owner }, reason })),
  }
}

function toItem({ token, effects }: HitToken): Static<typeof PreviewBody>['items'][number] {
  const { id, kind, name, createdAt, expiresAt, lastUsedAt, lastUsedAddress, owner } = token
  return {
    token: {
      id,
      kind,
      name,
      createdAt: toInstant(createdAt),
      expiresAt: toInstantOrNull(expiresAt),
      lastUsedAt: toInstantOrNull(lastUsedAt),
      lastUsedAddress,
    },
    owner: { ...owner },
    effects: effects.map(({ effect, reason, endsAt }) => ({ effect, reason, endsAt: toInstantOrNull(endsAt) })),
  }
}

export const TokenRulesBody = Type.Object({
  pat: Type.Object({
    ...rules,
    creation: CreationRule,
    mayCreate: Type.Boolean({ description: 'Whether you make personal access tokens.' }),
  }),
  service: Type.Object(rules),
})

export function toTokenRulesBody({ pat, service }: Policy, mayCreate: boolean): Static<typeof TokenRulesBody> {
  return structuredClone({ pat: { ...pat, mayCreate }, service }) as Static<typeof TokenRulesBody>
}
