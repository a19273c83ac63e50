import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { identify, type Mutation } from './mutation.ts'
import type { Outcome } from './try-mutation.ts'

const FILE = fileURLToPath(new URL('../../node_modules/.cache/mutants.json', import.meta.url))

/** What a run has found out so far. It is written after each mutation, so that a run can be resumed. */
export class Results {
  readonly #outcomes: Map<string, Outcome>

  private constructor(outcomes: Map<string, Outcome>) {
    this.#outcomes = outcomes
  }

  static empty(): Results {
    return new Results(new Map())
  }

  static ofLastRun(): Results {
    try {
      return new Results(new Map(JSON.parse(readFileSync(FILE, 'utf8'))))
    } catch {
      return Results.empty()
    }
  }

  of(mutation: Mutation): Outcome | undefined {
    return this.#outcomes.get(identify(mutation))
  }

  add(mutation: Mutation, outcome: Outcome): void {
    this.#outcomes.set(identify(mutation), outcome)
    mkdirSync(dirname(FILE), { recursive: true })
    writeFileSync(FILE, JSON.stringify([...this.#outcomes]))
  }
}
