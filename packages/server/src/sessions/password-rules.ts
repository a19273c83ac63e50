import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fieldProblem, type Problem } from '../core/problem.ts'
import type { Secret } from '../core/secret.ts'
import { comparisonKey } from '../core/text.ts'

/**
 * Which passwords may be chosen: NIST SP 800-63B-4 §3.1.1.2. A length and a list of common ones, no rules of
 * composition; what is compared is the whole password, never a part of it (docs/decisions/0011-passwords.md).
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
}

/** Why a password may not be chosen, or undefined. `field` is where it stood. */
export async function passwordProblem(
  password: Secret,
  field: string,
  { minLength, username, email }: PasswordRules,
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
  if (await isCommonPassword(password)) {
    return refuse('This password is among those that are guessed first. Choose another.', 'password_too_common')
  }
  return undefined
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
