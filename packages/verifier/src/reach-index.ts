/**
 * Finds the cache entries that depend on a group, so that a change of the group drops these and no others.
 *
 * A holder is the key of a cache entry: an account, a token, or a group below. It is entered with what its own snapshot
 * showed, and that is never edited: an entry read before a change must be found by the groups that mattered then.
 */

/**
 * A group, then every group above it: all those whose roles or nestings may give its people a role. Includes groups without
 * a row of their own, which may come back (foreign keys are not enforced at SQLite's prompt).
 */
export type Reach = readonly string[]

interface Entry {
  readonly reach: Reach
  readonly key: string
  readonly holders: Set<string>
}

/** Estimates: an id of 36 characters with its places in an array, a key and a set; and the place of a holder in an entry. */
const ID_BYTES = 140
const HOLDER_BYTES = 90

export class ReachIndex {
  /** Holders with equal reaches share an entry. */
  readonly #entries = new Map<string, Entry>()
  readonly #entriesOfGroup = new Map<string, Set<Entry>>()
  readonly #entriesOfHolder = new Map<string, readonly Entry[]>()
  #bytes = 0

  /** An estimate of the memory that the index takes. */
  get bytes(): number {
    return this.#bytes
  }

  /** Replaces what was entered for the holder. Returns equal reaches, in arrays that holders share. */
  set(holder: string, reaches: readonly Reach[]): readonly Reach[] {
    this.delete(holder)
    if (reaches.length === 0) return NO_REACHES
    const entries = reaches.map((reach) => this.#entryOf(reach))
    for (const { holders } of entries) holders.add(holder)
    this.#entriesOfHolder.set(holder, entries)
    this.#bytes += entries.length * HOLDER_BYTES
    return entries.map(({ reach }) => reach)
  }

  delete(holder: string): void {
    const entries = this.#entriesOfHolder.get(holder)
    if (entries === undefined) return
    this.#entriesOfHolder.delete(holder)
    this.#bytes -= entries.length * HOLDER_BYTES
    for (const entry of entries) {
      entry.holders.delete(holder)
      if (entry.holders.size === 0) this.#remove(entry)
    }
  }

  /** All holders that depend on the group, each once. */
  holdersOf(groupId: string): readonly string[] {
    const entries = this.#entriesOfGroup.get(groupId) ?? []
    return [...new Set([...entries].flatMap(({ holders }) => [...holders]))]
  }

  clear(): void {
    this.#entries.clear()
    this.#entriesOfGroup.clear()
    this.#entriesOfHolder.clear()
    this.#bytes = 0
  }

  #entryOf(reach: Reach): Entry {
    const key = JSON.stringify(reach)
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    const entry: Entry = { reach, key, holders: new Set() }
    this.#entries.set(key, entry)
    this.#bytes += reach.length * ID_BYTES
    for (const groupId of reach) {
      const entries = this.#entriesOfGroup.get(groupId)
      if (entries === undefined) this.#entriesOfGroup.set(groupId, new Set([entry]))
      else entries.add(entry)
    }
    return entry
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.key)
    this.#bytes -= entry.reach.length * ID_BYTES
    for (const groupId of entry.reach) {
      const entries = this.#entriesOfGroup.get(groupId)
      entries?.delete(entry)
      if (entries?.size === 0) this.#entriesOfGroup.delete(groupId)
    }
  }
}

const NO_REACHES: readonly Reach[] = []
