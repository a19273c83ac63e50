import { type Reach, ReachIndex, type StaleState } from './coherence.ts'
import type { Verdict } from './verdict.ts'

/** What is kept of a token: the verdict, and the SHA-256 of its text, by which a guess is told apart. */
export interface Finding {
  readonly digest: Uint8Array
  readonly verdict: Verdict
  /** Epoch milliseconds; infinity for none. */
  readonly expiresAt: number
  /** The address it was found for, if it may be used from some only. */
  readonly address: string | undefined
  /**
   * The groups whose changes may end it. Undefined if RAMP does not name them (an older server): then a change of any group may.
   */
  readonly groups: Reach | undefined
}

/** An estimate of a finding's memory without its lists, and of an entry of a list: measured with Node 24. */
const FINDING_BYTES = 1000
const LISTED_BYTES = 60

/**
 * Findings by token id. Indexes by account and by group let a change of one drop them. What was kept first falls out first.
 * A finding is indexed by its own groups, not by its account's: two tokens of one account may have been read before and
 * after a change.
 */
export class FindingCache implements StaleState {
  readonly #limitBytes: number
  readonly #findings = new Map<string, Finding>()
  readonly #tokensOf = new Map<string, Set<string>>()
  readonly #reaches = new ReachIndex()
  readonly #tokensOfUnknownGroups = new Set<string>()
  #findingsBytes = 0

  /** `limitBytes` bounds the estimated memory. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get(tokenId: string): Finding | undefined {
    return this.#findings.get(tokenId)
  }

  set(tokenId: string, finding: Finding): void {
    this.dropToken(tokenId)
    this.#findings.set(tokenId, finding)
    this.#findingsBytes += bytesOf(finding)
    this.#index(tokenId, finding)
    while (this.#findingsBytes + this.#reaches.bytes > this.#limitBytes) {
      this.dropToken(this.#findings.keys().next().value as string)
    }
  }

  dropToken(tokenId: string): void {
    const finding = this.#findings.get(tokenId)
    if (finding === undefined) return
    this.#findings.delete(tokenId)
    this.#findingsBytes -= bytesOf(finding)
    this.#reaches.delete(tokenId)
    this.#tokensOfUnknownGroups.delete(tokenId)
    const accountId = accountOf(finding)
    const tokens = accountId === undefined ? undefined : this.#tokensOf.get(accountId)
    tokens?.delete(tokenId)
    if (tokens?.size === 0) this.#tokensOf.delete(accountId as string)
  }

  dropAccount(accountId: string): void {
    for (const tokenId of [...(this.#tokensOf.get(accountId) ?? [])]) this.dropToken(tokenId)
  }

  dropGroup(groupId: string): void {
    for (const tokenId of this.#reaches.holdersOf(groupId)) this.dropToken(tokenId)
    for (const tokenId of [...this.#tokensOfUnknownGroups]) this.dropToken(tokenId)
  }

  dropAll(): void {
    this.#findings.clear()
    this.#tokensOf.clear()
    this.#reaches.clear()
    this.#tokensOfUnknownGroups.clear()
    this.#findingsBytes = 0
  }

  #index(tokenId: string, finding: Finding): void {
    const accountId = accountOf(finding)
    if (accountId === undefined) return
    const tokens = this.#tokensOf.get(accountId)
    if (tokens === undefined) this.#tokensOf.set(accountId, new Set([tokenId]))
    else tokens.add(tokenId)
    if (finding.groups === undefined) this.#tokensOfUnknownGroups.add(tokenId)
    else if (finding.groups.length > 0) this.#reaches.set(tokenId, [finding.groups])
  }
}

/** A refusal that is kept depends on the token alone. */
function accountOf({ verdict }: Finding): string | undefined {
  return verdict.outcome === 'active' ? verdict.account.id : undefined
}

function bytesOf({ verdict }: Finding): number {
  if (verdict.outcome !== 'active') return FINDING_BYTES
  return FINDING_BYTES + LISTED_BYTES * (verdict.permissions.size + verdict.account.roles.length)
}
