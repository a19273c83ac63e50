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
  /** How many groups are in it directly. */
  readonly groupCount: number
}

/** A group as it stands beside another. */
export interface GroupReference {
  readonly id: string
  readonly name: string
}

/** A group directly in another, or directly around it. */
export interface GroupNeighbour extends GroupReference {
  /** Roles given to it itself. */
  readonly roles: readonly string[]
  /** How many groups are in it directly. */
  readonly groupCount: number
  /** How many groups it is in directly. */
  readonly memberOfCount: number
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
