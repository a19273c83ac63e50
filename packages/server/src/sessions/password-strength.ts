import { KeptThread } from '../core/kept-thread.ts'
import type { Secret } from '../core/secret.ts'

/** What makes a password easy to guess. */
export type Weakness = 'common' | 'personal' | 'pattern' | 'guessable'

/** What the thread is sent: passwords leave the thread that serves for this only. */
export interface Candidate {
  readonly password: string
  /** What an attacker knows of the person and the server: names, addresses, the host. */
  readonly words: readonly string[]
}

const thread = new KeptThread<Candidate, Weakness | null>(new URL('password-strength-thread.ts', import.meta.url))

/** One at a time: each further thread would load the dictionaries (60 MB) anew. */
let turn: Promise<unknown> = Promise.resolve()

/**
 * Why a password is easy to guess, or null. Estimating takes 5 to 50 ms of a core, which would hold up every request, so
 * a thread does it, with dictionaries that only it has; it ends a minute after the last password.
 */
export function findWeakness(password: Secret, words: readonly string[]): Promise<Weakness | null> {
  const found = turn.then(() => thread.run({ password: password.expose(), words }))
  turn = found.catch(() => {})
  return found
}
