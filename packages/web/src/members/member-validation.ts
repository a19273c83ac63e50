/** What the forms say before the server would; the server decides. */

const PASSWORD_MIN_LENGTH = 8
const NAME_MAX_LENGTH = 100
const USERNAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@-]{0,63}$/u
const EMAIL = /^[^\s@]+@[^\s@]+$/

export function usernameProblem(text: string): string | null {
  if (text.trim() === '') return 'Enter a username.'
  if (USERNAME.test(text.trim())) return null
  return 'Use up to 64 letters, digits, dots, hyphens, underscores and @; a letter or digit first.'
}

export function emailProblem(text: string): string | null {
  return EMAIL.test(text.trim()) ? null : 'Enter an email address, such as mia@example.org.'
}

export function firstNameProblem(text: string): string | null {
  return text.trim() === '' ? 'Enter a first name.' : nameProblem(text)
}

/** People with one name have no last name. */
export function nameProblem(text: string): string | null {
  return text.trim().length > NAME_MAX_LENGTH ? `Use at most ${NAME_MAX_LENGTH} characters.` : null
}

export function passwordProblem(text: string): string | null {
  return text.length < PASSWORD_MIN_LENGTH ? `Use at least ${PASSWORD_MIN_LENGTH} characters.` : null
}
