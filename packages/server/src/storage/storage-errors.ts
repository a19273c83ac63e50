/**
 * What a driver's error means to us, on both engines: a constraint that a use case turns into a problem, or a database
 * that cannot be reached or written now (503). Anything else is a defect of ours and stays what it is.
 */

/** The constraints that use cases answer for, with the columns by which SQLite names them. */
const UNIQUE_CONSTRAINTS = {
  account_username: 'account.username_key',
  account_group_name: 'account_group.name_key',
  member_email: 'member.email_key',
  token_name: 'token.account_id, token.name_key',
} as const

export type UniqueConstraint = keyof typeof UNIQUE_CONSTRAINTS

/** Whether `error` says that a row would break this unique constraint. */
export function violates(error: unknown, constraint: UniqueConstraint): boolean {
  if (!(error instanceof Error)) return false
  if ('constraint' in error) return error.constraint === constraint
  return error.message === `UNIQUE constraint failed: ${UNIQUE_CONSTRAINTS[constraint]}`
}

/** Primary result codes of SQLite: busy, locked, read-only, I/O error, corrupt, full, cannot open, not a database. */
const SQLITE_UNAVAILABLE: ReadonlySet<number> = new Set([5, 6, 8, 10, 11, 13, 14, 26])

/** Classes of SQLSTATE: connection, resources, operator intervention, system; and single codes for locks and recovery. */
const POSTGRES_UNAVAILABLE = /^(08|53|57|58)|^(55P03|40001|40P01|25006)$/

const NETWORK_UNAVAILABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
])

/** Whether the database is at fault, not the statement: unreachable, locked, full, read-only, going down. */
export function isStorageUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('errcode' in error) return SQLITE_UNAVAILABLE.has(Number(error.errcode) & 0xff)
  if (error instanceof AggregateError) return error.errors.some(isStorageUnavailable)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (NETWORK_UNAVAILABLE.has(code) || POSTGRES_UNAVAILABLE.test(code)) return true
  // pg gives these two without a code.
  return /^(Connection terminated|timeout exceeded when trying to connect)/.test(error.message)
}
