import { isWithin, toBlockList } from '../core/address.ts'
import type { Services } from '../services.ts'
import { assertConsistent } from './change-policy.ts'
import { ownersWithoutCreation } from './owners-without-creation.ts'
import { endOf, type Policy, TOKEN_KINDS } from './policy.ts'
import { readPolicy } from './policy-store.ts'
import { type ScannedToken, scanTokens } from './scan-tokens.ts'

/** What a policy would do to a token. */
export const EFFECTS = ['revoked', 'ends_now', 'ends_earlier', 'address_refused'] as const
export type Effect = (typeof EFFECTS)[number]

export interface HitToken {
  readonly token: ScannedToken
  readonly effects: readonly {
    readonly effect: Effect
    readonly reason: string
    /** When it would end; null: it would not, it would be refused from where it was last used. */
    readonly endsAt: number | null
  }[]
}

/** Somebody who has tokens and could make no more; those there are go on. */
export interface StoppedOwner {
  readonly owner: ScannedToken['owner']
  readonly reason: 'creation' | 'tokens_per_account'
}

export interface Preview {
  readonly totals: Readonly<Record<Effect, number>> & {
    readonly tokens: number
    readonly owners: number
    readonly stoppedOwners: number
  }
  /** In the order of their ids, as the owners are. */
  readonly items: readonly HitToken[]
  readonly stoppedOwners: readonly StoppedOwner[]
  readonly next: PreviewPosition | undefined
}

/** Where a page ended: its last token, and its last owner with the reason; each is empty before the first. */
export type PreviewPosition = readonly [tokenId: string, owner: string]

/**
 * What the policy would do if it were saved now, by the same rule that then does it. Nothing is changed. A page has up to
 * `limit` tokens and as many owners. Throws `validation_failed` for a policy that contradicts itself.
 */
export async function previewPolicy(
  services: Services,
  policy: Policy,
  { after: [afterToken, afterOwner], limit }: { readonly after: PreviewPosition; readonly limit: number },
  now: number,
): Promise<Preview> {
  assertConsistent(services, policy)
  const { database, usage } = services
  const current = await readPolicy(database.read)
  await usage.flushEverywhere()
  const effectsOf = effectsBetween(current, policy, now)
  const counts = { revoked: 0, ends_now: 0, ends_earlier: 0, address_refused: 0 }
  const owners = new Set<string>()
  const holders = new Map<string, { owner: ScannedToken['owner']; kind: ScannedToken['kind']; tokens: number }>()
  const items: HitToken[] = []
  let tokens = 0
  for await (const step of scanTokens(database.read, now)) {
    for (const token of step) {
      const effects = effectsOf(token)
      if (!effects.some(({ endsAt }) => endsAt !== null && endsAt <= now)) countFor(holders, token)
      if (effects.length === 0) continue
      tokens++
      owners.add(token.owner.id)
      for (const { effect } of effects) counts[effect]++
      if (token.id > afterToken) items.push({ token, effects })
    }
    // The first of them all by the order of the pages: the database's own may be that of a language.
    items.sort((a, b) => (a.token.id < b.token.id ? -1 : 1)).splice(limit + 1)
  }
  const stopped: StoppedOwner[] = [
    ...(await ownersWithoutCreation(database.read, current.pat.creation, policy.pat.creation, holders)),
    ...ownersAtLimit(holders, current, policy),
  ]
  const owed = stopped.filter((owner) => keyOf(owner) > afterOwner).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const [shown, named] = [items.slice(0, limit), owed.slice(0, limit)]
  const [lastToken, lastOwner] = [shown.at(-1), named.at(-1)]
  const hasMore = items.length > limit || owed.length > limit
  return {
    totals: {
      tokens,
      owners: owners.size,
      ...counts,
      stoppedOwners: new Set(stopped.map(({ owner }) => owner.id)).size,
    },
    items: shown,
    stoppedOwners: named,
    next: hasMore ? [lastToken?.token.id ?? afterToken, lastOwner ? keyOf(lastOwner) : afterOwner] : undefined,
  }
}

/** One may be named for both reasons. */
const keyOf = ({ owner, reason }: StoppedOwner) => `${owner.id} ${reason}`

/** Only what the change brings: what the current policy refuses already is no effect of the new one. */
function effectsBetween(current: Policy, policy: Policy, now: number) {
  const ranges = Object.fromEntries(
    TOKEN_KINDS.map((kind) => [kind, { before: leave(current, kind), after: leave(policy, kind) }]),
  )
  return (token: ScannedToken): HitToken['effects'] => {
    const effects: { effect: Effect; reason: string; endsAt: number | null }[] = []
    const end = endOf(token, policy[token.kind], now)
    if (end) {
      const effect = end.isRevoked ? 'revoked' : end.endsAt <= now ? 'ends_now' : 'ends_earlier'
      effects.push({ effect, reason: end.reason, endsAt: end.endsAt })
    }
    const { lastUsedAddress } = token
    const { before, after } = ranges[token.kind] ?? {}
    const goesOn = end === undefined || end.endsAt > now
    if (goesOn && lastUsedAddress !== null && before?.(lastUsedAddress) && !after?.(lastUsedAddress)) {
      effects.push({ effect: 'address_refused', reason: 'policy_allowed_addresses', endsAt: null })
    }
    return effects
  }
}

/** Whether the policy leaves an address to tokens of a kind. */
function leave(policy: Policy, kind: ScannedToken['kind']): (address: string) => boolean {
  const { allowedAddresses } = policy[kind]
  if (allowedAddresses === null) return () => true
  const ranges = toBlockList(allowedAddresses)
  return (address) => isWithin(address, ranges)
}

type Holders = Map<string, { owner: ScannedToken['owner']; kind: ScannedToken['kind']; tokens: number }>

function countFor(holders: Holders, { owner, kind }: ScannedToken): void {
  const known = holders.get(owner.id)
  if (known) known.tokens++
  else holders.set(owner.id, { owner, kind, tokens: 1 })
}

function ownersAtLimit(holders: Holders, current: Policy, policy: Policy): StoppedOwner[] {
  return [...holders.values()]
    .filter(({ kind, tokens }) => {
      const { tokensPerAccount: limit } = policy[kind]
      const { tokensPerAccount: former } = current[kind]
      return limit !== null && tokens >= limit && (former === null || tokens < former)
    })
    .map(({ owner }) => ({ owner, reason: 'tokens_per_account' }))
}
