import type { StaleState } from '@ramp/verifier/coherence'
import { LRUCache } from 'lru-cache'
import type { Principal } from '../core/actor.ts'
import type { VerifiableToken } from './verdict.ts'

/** Under 1 KiB each; what falls out is read again in some 20 microseconds. */
const CACHED_TOKENS = 20_000
const CACHED_ACCOUNTS = 10_000

/** What a verifier holds in memory. */
export interface CredentialCache extends StaleState {
  readonly tokens: LRUCache<string, VerifiableToken>
  readonly accounts: LRUCache<string, Principal>
}

export function credentialCache(): CredentialCache {
  const tokens = new LRUCache<string, VerifiableToken>({ max: CACHED_TOKENS })
  const accounts = new LRUCache<string, Principal>({ max: CACHED_ACCOUNTS })
  return {
    tokens,
    accounts,
    dropToken: (id) => tokens.delete(id),
    dropAccount: (id) => accounts.delete(id),
    dropAllAccounts: () => accounts.clear(),
    dropAll() {
      tokens.clear()
      accounts.clear()
    },
  }
}
