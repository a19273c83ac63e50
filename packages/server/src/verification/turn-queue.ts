import { parseToken } from '@ramp/verifier'
import type { Secret } from '../core/secret.ts'
import type { Done, Presenter, TokenVerifier, VerificationStatistics } from './token-verifier.ts'
import { refuse } from './verdict.ts'

/** A verification that waits for the end of its turn. */
export interface Asked {
  readonly secret: Secret
  readonly tokenId: string
  readonly presenter: Presenter
  readonly done: Done
}

/**
 * Collects what is asked in one turn of the event loop and hands it over together. `setImmediate` runs after the
 * turn's input was read, so one look at the database, taken then, is no older than any request of the turn; a request
 * that begins later waits for the next turn. A text that is no token is refused here, without any I/O.
 *
 * `askedAt` is the instant (`performance.now()`) at which the first of the turn was asked.
 */
export function turnQueue(
  tokenPrefix: string,
  statistics: VerificationStatistics,
  decideTurn: (turn: readonly Asked[], askedAt: number) => void,
): TokenVerifier['verify'] {
  let waiting: Asked[] = []
  let waitingSince = 0

  function endTurn(): void {
    const turn = waiting
    waiting = []
    decideTurn(turn, waitingSince)
  }

  return (secret, presenter, done) => {
    const parsed = parseToken(secret.expose(), tokenPrefix)
    if (parsed === undefined) {
      statistics.outcomes.malformed++
      done(refuse('malformed'), 0)
      return
    }
    if (waiting.length === 0) {
      waitingSince = performance.now()
      setImmediate(endTurn)
    }
    waiting.push({ secret, tokenId: parsed.id, presenter, done })
  }
}
