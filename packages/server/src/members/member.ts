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
  readonly roles: readonly string[]
}

/** "Ada" and "Lovelace" make "Ada Lovelace". */
export function displayNameOf(firstName: string, lastName: string): string {
  return `${firstName} ${lastName}`.trim()
}
