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

/**
 * The form under which two texts count as the same: compatibility-normalised, without case and without what nobody
 * sees, so that `Ａdmin`, `admin`, `ADMIN` and `ad\u00ADmin` are one name.
 */
export function comparisonKey(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').replace(INVISIBLE, '')
}

/** Anything that has the shape of a secret of ours, whatever its prefix: the part after the public id is dropped. */
const SECRET_SHAPE = /([a-z][a-z0-9]{0,19}_(?:pat|sat)_[0-9A-Za-z]{12})[0-9A-Za-z]+/g

/** Removes secrets that somebody pasted where they do not belong, keeping the public id. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRET_SHAPE, '$1…')
}

/** Whether a text carries something that has the shape of a token. */
export function holdsSecret(text: string): boolean {
  return text.search(SECRET_SHAPE) >= 0
}

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
  if (holdsSecret(name))
    throw refuse('holds_secret', 'This looks like a token. Names are not secret: do not put one here.')
  return name
}
