import { sql } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Database } from '../storage/database.ts'
import { readLastUses } from '../verification/write-usage.ts'

/** About 100 bytes each. A verifier whose token is not among them is asked for it again sooner or later. */
const KNOWN_PAIRS = 200_000

interface Process {
  /** Whether no other process can have answered a verifier since this one started. */
  readonly isAlone: boolean
  readonly startedAt: number
}

/**
 * Which tokens each verifier can have seen: those that it was told are active. It cannot have decided about others from
 * memory, so what it reports of them is not believed (docs/decisions/0030).
 */
export class ToldTokens {
  readonly #database: Database
  readonly #process: Process
  readonly #pairs = new LRUCache<string, true>({ max: KNOWN_PAIRS })

  constructor(database: Database, process: Process) {
    this.#database = database
    this.#process = process
  }

  add(accountId: string, tokenId: string): void {
    this.#pairs.set(pairOf(accountId, tokenId), true)
  }

  /** Those of the reported tokens that the verifier with this lease can have seen. */
  async seenBy(accountId: string, leaseId: string, tokenIds: readonly string[]): Promise<ReadonlySet<string>> {
    const seen = new Set(tokenIds.filter((id) => this.#pairs.get(pairOf(accountId, id)) !== undefined))
    const others = tokenIds.filter((id) => !seen.has(id))
    if (others.length === 0) return seen
    for (const id of await this.#toldElsewhere(leaseId, others)) seen.add(id)
    return seen
  }

  /**
   * What another process told, this one does not know. But to be told, the verifier showed the token's secret, which
   * counted as a use: a token that RAMP has not seen since the lease began was told to nobody who holds it.
   */
  async #toldElsewhere(leaseId: string, tokenIds: readonly string[]): Promise<readonly string[]> {
    const { read } = this.#database
    const { rows } = await sql<{ since: number }>`SELECT since FROM verifier WHERE id = ${leaseId}`.execute(read)
    const since = rows[0]?.since
    if (since === undefined || (this.#process.isAlone && since >= this.#process.startedAt)) return []
    const lastUses = await readLastUses(read, tokenIds)
    return tokenIds.filter((id) => (lastUses.get(id)?.at ?? 0) >= since)
  }
}

const pairOf = (accountId: string, tokenId: string) => `${accountId} ${tokenId}`
