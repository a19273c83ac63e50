/** A set of accounts that roles are given to together. Instants are epoch milliseconds. */
export interface Group {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly createdAt: number
  /** Roles given to this group itself. */
  readonly roles: readonly string[]
  /** How many accounts are in it directly. */
  readonly memberCount: number
}

/** A group as it stands beside another. */
export interface GroupReference {
  readonly id: string
  readonly name: string
}

/** An account in a group. */
export interface GroupAccount {
  readonly id: string
  readonly kind: 'member' | 'service'
  readonly username: string
  readonly displayName: string
}

/** What can be edited of a group. */
export function editableOf({ name, description }: Group) {
  return { name, description }
}
