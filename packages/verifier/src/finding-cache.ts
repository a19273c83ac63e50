import type { StaleState } from './coherence.ts'
import type { Verdict } from './verdict.ts'

/** What is kept of a token: what it was found to be, and the SHA-256 of its text, by which a guess is told apart. */
export interface Finding {
  readonly digest: Uint8Array
  readonly verdict: Verdict
  /** Epoch milliseconds; infinity for none. */
  readonly expiresAt: number
  /** The address it was found for, if it may be used from some only. */
  readonly address: string | undefined
}

/** Findings by token id, with the oldest falling out, and by account, so that a change of one can drop them. */
export class FindingCache implements StaleState {
  readonly #most: number
  readonly #findings = new Map<string, Finding>()
  readonly #tokensOf = new Map<string, Set<string>>()

  constructor(most: number) {
    this.#most = most
  }

  get(tokenId: string): Finding | undefined {
    return this.#findings.get(tokenId)
  }

  set(tokenId: string, finding: Finding): void {
    this.dropToken(tokenId)
    if (this.#findings.size >= this.#most) this.dropToken(this.#findings.keys().next().value as string)
    this.#findings.set(tokenId, finding)
    const accountId = accountOf(finding)
    if (accountId === undefined) return
    const tokens = this.#tokensOf.get(accountId)
    if (tokens === undefined) this.#tokensOf.set(accountId, new Set([tokenId]))
    else tokens.add(tokenId)
  }

  dropToken(tokenId: string): void {
    const accountId = accountOf(this.#findings.get(tokenId))
    this.#findings.delete(tokenId)
    const tokens = accountId === undefined ? undefined : this.#tokensOf.get(accountId)
    if (tokens === undefined) return
    tokens.delete(tokenId)
    if (tokens.size === 0) this.#tokensOf.delete(accountId as string)
  }

  dropAccount(accountId: string): void {
    for (const tokenId of this.#tokensOf.get(accountId) ?? []) this.#findings.delete(tokenId)
    this.#tokensOf.delete(accountId)
  }

  dropAllAccounts(): void {
    this.dropAll()
  }

  dropAll(): void {
    this.#findings.clear()
    this.#tokensOf.clear()
  }
}

/** A refusal that is kept depends on the token alone. */
function accountOf(finding: Finding | undefined): string | undefined {
  return finding?.verdict.outcome === 'active' ? finding.verdict.account.id : undefined
}
