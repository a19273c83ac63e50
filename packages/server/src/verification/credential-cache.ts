import type { StaleState } from '@ramp/verifier/coherence'
import { LRUCache } from 'lru-cache'
import type { Principal } from '../core/actor.ts'
import type { VerifiableToken } from './verdict.ts'

/** Under 1 KiB each; what falls out is read again in some 20 microseconds. */
const MOST = { tokens: 20_000, accounts: 10_000 }

/** What a verifier holds in memory. */
export interface CredentialCache extends StaleState {
  readonly tokens: LRUCache<string, VerifiableToken>
  readonly accounts: LRUCache<string, Principal>
}

export function credentialCache(most = MOST): CredentialCache {
  const tokens = new LRUCache<string, VerifiableToken>({ max: most.tokens })
  const accounts = new LRUCache<string, Principal>({ max: most.accounts })
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
