/**
 * What a driver's error means to us, on both engines: a constraint that a use case turns into a problem, a database that
 * cannot be reached or written now (503), or a commit whose outcome nobody knows (503, too). Anything else is a defect of
 * ours and stays what it is.
 */

import { isAbortedTransactionError } from 'kysely'
import { Problem } from '../core/problem.ts'

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

/** Primary result codes of SQLite: busy, locked, no memory, read-only, I/O error, corrupt, full, cannot open, protocol, not a database. */
const SQLITE_UNAVAILABLE: ReadonlySet<number> = new Set([5, 6, 7, 8, 10, 11, 13, 14, 15, 26])

/**
 * Classes of SQLSTATE: connection, authorization, resources, operator intervention, system; and single codes for locks,
 * recovery, idle transactions that were ended and a database that is gone.
 */
const POSTGRES_UNAVAILABLE = /^(08|28|53|57|58)|^(55P03|40001|40P01|25006|25P03|25P04|3D000)$/

const NETWORK_UNAVAILABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNABORTED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENETRESET',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENOENT',
])

/** Whether the database is at fault, not the statement: unreachable, locked, full, read-only, going down. */
export function isStorageUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('errcode' in error) return SQLITE_UNAVAILABLE.has(Number(error.errcode) & 0xff)
  if (error instanceof AggregateError) return error.errors.some(isStorageUnavailable)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (NETWORK_UNAVAILABLE.has(code) || POSTGRES_UNAVAILABLE.test(code)) return true
  return PG_UNAVAILABLE.test(error.message)
}

/** What pg and its pool say without a code: no connection in time, a lost or closed one, a query without an answer. */
const PG_UNAVAILABLE =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (has encountered|was closed)|Cannot use a pool after|Postgres connection has been discarded)/

/** SQLSTATEs by which PostgreSQL answers a COMMIT that it has rolled back: a constraint, a serialization failure, a cancellation. */
const POSTGRES_ROLLED_BACK = /^(23|40(?!003))|^57014$/

/** The same of SQLite. Not among them: a disk that fails, since what it has written may be there after the next start. */
const SQLITE_ROLLED_BACK: ReadonlySet<number> = new Set([5, 6, 8, 13, 19])

/**
 * What to throw when COMMIT has failed with `error`. Unless the database has said that it rolled back, the change may be
 * stored, and nobody may be told that it is not.
 */
export function commitFailure(error: unknown): unknown {
  return isRolledBack(error) ? error : new Problem('commit_unconfirmed', { cause: error })
}

function isRolledBack(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (isAbortedTransactionError(error)) return true
  if ('errcode' in error) return SQLITE_ROLLED_BACK.has(Number(error.errcode) & 0xff)
  return 'code' in error && typeof error.code === 'string' && POSTGRES_ROLLED_BACK.test(error.code)
}
