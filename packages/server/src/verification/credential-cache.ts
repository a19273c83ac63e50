import { ReachIndex, type StaleState } from '@ramp/verifier/coherence'
import { LRUCache } from 'lru-cache'
import type { Principal } from '../core/actor.ts'
import type { VerifiableToken } from './verdict.ts'

/**
 * What one cached token and one cached account take, measured with Node 24 (`npm run bench -- scale/memory`): the object, its
 * strings, and its places in the maps. Names and lists count in addition.
 */
const TOKEN_BYTES = 560
const ACCOUNT_BYTES = 400

/** A range of addresses or a permission in a token's own list, and the name of a role. */
const LISTED_BYTES = 100
const ROLE_BYTES = 50

/** How much of the memory tokens may keep while accounts want it, too: an account in use has a token or two. */
const TOKENS_SHARE = 2 / 3

const MIB = 2 ** 20

/** What a verifier holds in memory. What has not been used for longest falls out first. */
export interface CredentialCache extends StaleState {
  readonly tokens: ReadOnlyCache<VerifiableToken>
  readonly accounts: ReadOnlyCache<Principal>
  keepToken(token: VerifiableToken): void
  keepAccount(account: Principal): void
  /** An estimate. */
  bytes(): number
}

interface ReadOnlyCache<Value> {
  /** Counts as a use. */
  get(id: string): Value | undefined
  /** Does not. */
  peek(id: string): Value | undefined
  readonly size: number
}

/** @param limitMiB What the entries may take, as estimated. */
export function credentialCache(limitMiB: number): CredentialCache {
  const limit = limitMiB * MIB
  const reaches = new ReachIndex()
  const tokens = new LRUCache<string, VerifiableToken>({ maxSize: limit, sizeCalculation: bytesOfToken })
  const accounts = new LRUCache<string, Principal>({
    maxSize: limit,
    sizeCalculation: bytesOfAccount,
    dispose: (_account, id) => reaches.delete(id),
  })
  const bytesOfAccounts = () => accounts.calculatedSize + reaches.bytes
  const bytes = () => tokens.calculatedSize + bytesOfAccounts()

  function makeRoom(): void {
    while (bytes() > limit) {
      if (accounts.size === 0 || tokens.calculatedSize > limit * TOKENS_SHARE) tokens.pop()
      else accounts.pop()
    }
  }

  return {
    tokens,
    accounts,
    bytes,
    keepToken(token) {
      tokens.set(token.id, token)
      makeRoom()
    },
    keepAccount(account) {
      // The former one leaves with its reaches before the new ones come.
      accounts.delete(account.id)
      accounts.set(account.id, { ...account, reaches: reaches.set(account.id, account.reaches) })
      if (!accounts.has(account.id)) reaches.delete(account.id)
      makeRoom()
    },
    dropToken: (id) => tokens.delete(id),
    dropAccount: (id) => accounts.delete(id),
    dropGroup(id) {
      for (const accountId of reaches.holdersOf(id)) accounts.delete(accountId)
    },
    dropAll() {
      tokens.clear()
      reaches.clear()
      accounts.clear()
    },
  }
}

function bytesOfToken({ narrowing, allowedAddresses }: VerifiableToken): number {
  return TOKEN_BYTES + LISTED_BYTES * ((narrowing?.size ?? 0) + (allowedAddresses?.rules.length ?? 0))
}

/** Accounts with the same roles share their permissions. */
function bytesOfAccount({ username, displayName, roles }: Principal): number {
  return ACCOUNT_BYTES + username.length + displayName.length + ROLE_BYTES * roles.length
}
