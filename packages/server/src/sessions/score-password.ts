import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common'
import { dictionary as english } from '@zxcvbn-ts/language-en'
import type { Candidate, Weakness } from './password-strength.ts'

/** What eight random characters take. Online guessing is limited anyway; this keeps the first thousands out of reach. */
const LEAST_GUESSES = 1e8

/** What is behind these characters adds to the strength, and is not looked at: the time grows with the square. */
const SCORED_LENGTH = 64

/** Beside a single word, so many digits and signs are a password by themselves. */
const LEAST_BESIDE_WORD = 8

const { 'wikipedia-en': _wikipedia, ...words } = english
const estimator = new ZxcvbnFactory({
  dictionary: { ...common, ...words },
  graphs: adjacencyGraphs,
  maxLength: SCORED_LENGTH,
})

/** Why a password is easy to guess, or null. For the thread that `password-strength.ts` starts. */
export async function weaknessOf({ password, words }: Candidate): Promise<Weakness | null> {
  const { guesses, feedback } = estimator.check(password, [...words])
  if (guesses >= LEAST_GUESSES) return isDecoratedWord(password, words) ? 'common' : null
  switch (feedback.warning) {
    case 'userInputs':
      return 'personal'
    case 'topTen':
    case 'topHundred':
    case 'common':
    case 'similarToCommon':
    case 'wordByItself':
    case 'namesByThemselves':
    case 'commonNames':
      return 'common'
    case 'straightRow':
    case 'keyPattern':
    case 'simpleRepeat':
    case 'extendedRepeat':
    case 'sequences':
    case 'recentYears':
    case 'dates':
      return 'pattern'
    default:
      return 'guessable'
  }
}

/** A word with digits and signs around it, as `Winter2025!!`: the estimate takes those for random. */
function isDecoratedWord(password: string, words: readonly string[]): boolean {
  const core = password.slice(0, SCORED_LENGTH).replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  if (core === '' || password.length - core.length >= LEAST_BESIDE_WORD) return false
  const { sequence } = estimator.check(core, [...words])
  return sequence.length === 1 && sequence[0]?.pattern === 'dictionary'
}
