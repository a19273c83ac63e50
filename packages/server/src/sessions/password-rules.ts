import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { comparisonKey } from '../core/name-keys.ts'
import { fieldProblem, type Problem } from '../core/problem.ts'
import type { Secret } from '../core/secret.ts'
import { findWeakness, type Weakness } from './password-strength.ts'

/**
 * Which passwords may be chosen: NIST SP 800-63B-4 §3.1.1.2. A length, a list of common ones and an estimate of how
 * many guesses a password takes; no rules of composition (docs/decisions/0011-passwords.md, 0035-guessable-passwords.md).
 */

/** No setting goes below this. */
export const PASSWORD_MIN_LENGTH = 8
export const PASSWORD_MAX_LENGTH = 256

/** What a password is chosen for. */
export interface PasswordRules {
  readonly minLength: number
  readonly username: string
  /** Null: not known. */
  readonly email: string | null
  /** What else an attacker knows: names of the person, the host of the server. */
  readonly words: readonly string[]
}

/** Why a password may not be chosen, or undefined. `field` is where it stood. */
export async function passwordProblem(
  password: Secret,
  field: string,
  { minLength, username, email, words }: PasswordRules,
): Promise<Problem | undefined> {
  const refuse = (message: string, code: string) => fieldProblem('validation_failed', field, message, code)
  const text = password.expose()
  if ([...text].length < minLength) return refuse(`The password needs at least ${minLength} characters.`, 'too_short')
  if (isMadeOf(text, username)) return refuse('The password must not be the username.', 'password_is_username')
  for (const word of [email?.split('@')[0] ?? '', SERVICE]) {
    if (isMadeOf(text, word)) {
      return refuse('The password must not be the email name or the name of this service.', 'password_too_obvious')
    }
  }
  if (new Set(text).size < 3) return refuse('The password repeats the same characters.', 'password_too_simple')
  if (await isCommonPassword(password)) return refuse(WEAKNESSES.common.message, WEAKNESSES.common.code)
  const known = [username, ...(email?.split(/[@.]/) ?? []), ...words, SERVICE].filter((word) => word.length > 2)
  if (isMostlyKnown(text, known)) return refuse(WEAKNESSES.personal.message, WEAKNESSES.personal.code)
  if (isPassphrase(text, known)) return undefined
  const weakness = await findWeakness(password, known)
  return weakness === null ? undefined : refuse(WEAKNESSES[weakness].message, WEAKNESSES[weakness].code)
}

/** The names of a member and the labels of the server's host. */
export function wordsOf(
  { firstName, lastName }: { readonly firstName: string; readonly lastName: string },
  hostname: string | null,
): readonly string[] {
  return [firstName, lastName, ...(hostname?.split('.') ?? [])]
}

const ADVICE = 'Use several words that have nothing to do with each other, or let a password manager make one.'

const WEAKNESSES: Readonly<Record<Weakness, { readonly code: string; readonly message: string }>> = {
  common: {
    code: 'password_too_common',
    message: `This password, or one much like it, is among those that are guessed first. ${ADVICE}`,
  },
  personal: {
    code: 'password_too_obvious',
    message: `This password is made of names or addresses that others know. ${ADVICE}`,
  },
  pattern: {
    code: 'password_too_simple',
    message: `This password is a date, a sequence, a repetition or a row of keys. ${ADVICE}`,
  },
  guessable: { code: 'password_too_guessable', message: `This password is easy to guess. ${ADVICE}` },
}

const SERVICE = 'ramp'

/** The word itself, or repeated, with too few digits and signs around it to be a password by themselves. */
function isMadeOf(password: string, word: string): boolean {
  const [key, wordKey] = [comparisonKey(password), comparisonKey(word)]
  if (key === wordKey) return true
  const letters = lettersOf(key)
  const wordLetters = lettersOf(wordKey)
  if (letters === '' || wordLetters === '') return false
  return key.length - letters.length < PASSWORD_MIN_LENGTH && letters.replaceAll(wordLetters, '') === ''
}

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\p{M}]/gu, '')
}

/** Whether there is little left of a password without what others know of the person and the server. */
function isMostlyKnown(password: string, known: readonly string[]): boolean {
  const key = comparisonKey(password)
  const rest = known.reduce((left, word) => left.replaceAll(comparisonKey(word), ' '), key)
  return rest !== key && [...rest.replace(/[^\p{L}\p{N}]/gu, '')].length < PASSWORD_MIN_LENGTH
}

/**
 * Three different words in 15 characters need no estimate: even of the 1,000 commonest words, there are 10^9 such
 * phrases, more than the estimate asks for.
 */
function isPassphrase(password: string, known: readonly string[]): boolean {
  const key = comparisonKey(password)
  const words = new Set(key.match(/\p{L}{2,}/gu))
  for (const word of known) words.delete(comparisonKey(word))
  return words.size >= 3 && key.length >= 15
}

const require = createRequire(import.meta.url)

/** Some 50,000 passwords from public leaks in lower case, the commonest first. */
const COMMON_PASSWORDS = require.resolve('@zxcvbn-ts/language-common/src/passwords.json')

/** How far down the list "very common" goes. */
const VERY_COMMON = 10_000

/**
 * Whether the password, case apart, is in the list of common ones, or among the `first` of them. The list is read and
 * dropped: a password is set seldom, and hashing it takes longer.
 */
async function isCommonPassword(password: Secret, first?: number): Promise<boolean> {
  const list = JSON.parse(await readFile(COMMON_PASSWORDS, 'utf8')) as string[]
  const rank = list.indexOf(comparisonKey(password.expose()))
  return rank >= 0 && rank < (first ?? list.length)
}

/** For a password from the configuration: an operator who scripts a start has chosen it knowingly, up to a point. */
export function isVeryCommonPassword(password: Secret): Promise<boolean> {
  return isCommonPassword(password, VERY_COMMON)
}
