import { parseToken } from '@ramp/verifier'
import type { Secret } from '../core/secret.ts'
import type { Done, Presenter, TokenVerifier, VerificationStatistics } from './token-verifier.ts'
import { refuse } from './verdict.ts'

/** A verification that is to be decided. */
export interface Asked {
  readonly secret: Secret
  readonly tokenId: string
  readonly presenter: Presenter
  readonly done: Done
}

/** A decision that is made and not told yet. */
export type Answer = () => void

/**
 * All of a turn are decided before the first is told: the same code many times is faster than two in turns, and whoever is
 * told may ask again at once, which ends the snapshot that this turn was decided on.
 */
export function tellAll(answers: readonly Answer[]): void {
  for (const tell of answers) tell()
}

/**
 * Collects what is asked in one turn of the event loop and hands it over together. `setImmediate` runs after the
 * turn's input was read, so one look at the database, taken then, is no older than any request of the turn; a request
 * that begins later waits for the next turn. If the last turn with a request brought no other, the first of this one is handed over at
 * once, unless it says that it has company; what the turn brings after it waits. A text that is no token is refused here, without any I/O.
 *
 * `askedAt` is the instant (`performance.now()`) at which the first of those handed over was asked.
 */
export function turnQueue(
  tokenPrefix: string,
  statistics: VerificationStatistics,
  decideTurn: (turn: readonly Asked[], askedAt: number) => void,
): TokenVerifier['verify'] {
  let waiting: Asked[] = []
  let waitingSince = 0
  let askedInTurn = 0
  let lastHadSeveral = false

  function endTurn(): void {
    lastHadSeveral = askedInTurn > 1
    askedInTurn = 0
    if (waiting.length === 0) return
    const turn = waiting
    waiting = []
    decideTurn(turn, waitingSince)
  }

  return (secret, presenter, done, hasCompany = false) => {
    const parsed = parseToken(secret.expose(), tokenPrefix)
    if (parsed === undefined) {
      statistics.outcomes.malformed++
      done(refuse('malformed'), 0)
      return
    }
    const asked = { secret, tokenId: parsed.id, presenter, done }
    askedInTurn++
    if (askedInTurn === 1) {
      setImmediate(endTurn)
      if (!lastHadSeveral && !hasCompany) {
        decideTurn([asked], performance.now())
        return
      }
    }
    if (waiting.length === 0) waitingSince = performance.now()
    waiting.push(asked)
  }
}
