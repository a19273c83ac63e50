export const EMAIL_PATTERN = '^[^\\s@\\p{Cc}\\p{Cs}]+@[^\\s@\\p{Cc}\\p{Cs}]+$'
/** Of a first or a last name, characters at most. */
export const NAME_LENGTH = 100

/** A person's account, as administrators see it. Instants are epoch milliseconds. */
export interface Member {
  readonly id: string
  readonly username: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly displayName: string
  readonly createdAt: number
  readonly deactivatedAt: number | null
  readonly lastSignInAt: number | null
  readonly mustChangePassword: boolean
  /** False for whoever was imported without one: nobody can sign in until somebody resets it. */
  readonly hasPassword: boolean
  /** Given directly. */
  readonly roles: readonly string[]
}

/** What somebody may change of a member, and two could at once. */
export function editableOf({ username, email, firstName, lastName, deactivatedAt }: Member) {
  return { username, email, firstName, lastName, status: deactivatedAt === null ? 'active' : 'deactivated' }
}

/** "Ada" and "Lovelace" make "Ada Lovelace". */
export function displayNameOf(firstName: string, lastName: string): string {
  return `${firstName} ${lastName}`.trim()
}
