/** What was decided from memory of one token: RAMP, which was not asked, is told with the next renewal. */
export interface Used {
  readonly tokenId: string
  calls: number
  refusals: number
  /** From where and by what the last call came. */
  address: string | undefined
  client: string | undefined
}

export interface Caller {
  readonly address?: string | undefined
  readonly client?: string | undefined
}

export class UseCounter {
  #used = new Map<string, Used>()

  /** Tokens, not calls. */
  get size(): number {
    return this.#used.size
  }

  count(tokenId: string, isRefused: boolean, { address, client }: Caller): void {
    let used = this.#used.get(tokenId)
    if (used === undefined) {
      used = { tokenId, calls: 0, refusals: 0, address, client }
      this.#used.set(tokenId, used)
    }
    if (isRefused) {
      used.refusals++
      return
    }
    used.calls++
    used.address = address
    used.client = client
  }

  /** At most so many, which are no longer counted here. */
  take(most: number): readonly Used[] {
    const taken: Used[] = []
    for (const used of this.#used.values()) {
      if (taken.length === most) break
      taken.push(used)
      this.#used.delete(used.tokenId)
    }
    return taken
  }

  putBack(taken: readonly Used[]): void {
    for (const used of taken) {
      const newer = this.#used.get(used.tokenId)
      if (newer === undefined) this.#used.set(used.tokenId, used)
      else {
        newer.calls += used.calls
        newer.refusals += used.refusals
      }
    }
  }
}
