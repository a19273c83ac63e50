import { fieldProblem } from './problem.ts'

/**
 * What free text may hold: no control characters, lone surrogates or line separators (logs and terminals), and no
 * bidirectional overrides (they make one name look like another). A JSON Schema pattern, matched with the `u` flag.
 */
export const PLAIN_TEXT_PATTERN =
  '^[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069\\uFEFF]*$'

/** A username: letters (with their marks), digits, dots, hyphens, underscores and @; a letter or digit first. */
export const USERNAME_PATTERN = '^[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}._@-]{0,63}$'

/** Zero-width spaces, soft hyphens, fillers, joiners: characters that nobody sees. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu

const PLAIN_TEXT = new RegExp(PLAIN_TEXT_PATTERN, 'u')

/**
 * A name as people give it: trimmed and in one Unicode form, 1 to `maxLength` characters, visible ones only. Throws
 * `validation_failed` for the field.
 */
export function parseName(field: string, text: string, maxLength: number): string {
  const name = text.trim().normalize('NFC')
  const refuse = (code: string, message: string) => fieldProblem('validation_failed', field, message, code)
  if (name.replace(INVISIBLE, '').trim() === '') throw refuse('blank', 'Say what it is for; this is blank.')
  if ([...name].length > maxLength) throw refuse('too_long', `At most ${maxLength} characters.`)
  if (!PLAIN_TEXT.test(name)) throw refuse('control_characters', 'Control characters and the like are not allowed.')
  return name
}
