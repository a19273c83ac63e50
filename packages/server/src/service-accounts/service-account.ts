/** An identity of a machine: roles and tokens of its own, nothing of it depends on a person. Instants: epoch milliseconds. */
export interface ServiceAccount {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly createdAt: number
  /** The username of who made it. */
  readonly createdBy: string | null
  readonly deactivatedAt: number | null
  /** Roles given to it directly. */
  readonly roles: readonly string[]
  /** How many tokens of it count now. */
  readonly activeTokens: number
  readonly lastUsedAt: number | null
}
