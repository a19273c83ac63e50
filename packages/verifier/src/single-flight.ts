/**
 * Lets those who ask the same at the same time share one answer. Only ever one that was asked for after they began: an answer
 * that was under way before may be older than they are.
 */
export class SingleFlight<Answer> {
  readonly #flights = new Map<string, { readonly begunAt: number; readonly answer: Promise<Answer> }>()
  #sequence = 0

  /** What `ask` says; `known`, looked at whenever somebody else's answer has come, may spare it. */
  async run(key: string, ask: () => Promise<Answer>, known: () => Answer | undefined): Promise<Answer> {
    const begunAt = ++this.#sequence
    for (;;) {
      const flight = this.#flights.get(key)
      if (flight === undefined) return this.#begin(key, ask)
      const answer = await flight.answer.then(
        (value) => ({ value }),
        (error) => ({ error }),
      )
      if (flight.begunAt > begunAt) {
        if ('error' in answer) throw answer.error
        return answer.value
      }
      const found = known()
      if (found !== undefined) return found
    }
  }

  #begin(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const answer = ask().finally(() => {
      if (this.#flights.get(key)?.answer === answer) this.#flights.delete(key)
    })
    this.#flights.set(key, { begunAt: ++this.#sequence, answer })
    return answer
  }
}
