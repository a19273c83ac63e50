import type { Reader, Transaction } from '../storage/database.ts'
import { type OpenSession, SESSION_IDLE_MS, type StoredSession } from './session.ts'

/** The session of a cookie, with the epoch of the authorization clock in the same snapshot. */
export async function findSession(
  db: Reader,
  digest: Uint8Array,
): Promise<(StoredSession & { readonly epoch: number }) | undefined> {
  const row = await selectStored(db)
    .select((select) => select.selectFrom('authz_clock').select('epoch').as('epoch'))
    .where('digest', '=', digest)
    .executeTakeFirst()
  return row && { ...toStored(row), epoch: row.epoch ?? 0 }
}

export async function findSessionById(db: Reader, id: string): Promise<StoredSession | undefined> {
  const row = await selectStored(db).where('session.id', '=', id).executeTakeFirst()
  return row && toStored(row)
}

function selectStored(db: Reader) {
  return db
    .selectFrom('session')
    .innerJoin('member', 'member.account_id', 'session.account_id')
    .select(['session.id', 'session.account_id', 'last_seen_at', 'expires_at', 'password_change_required_at'])
}

interface StoredRow {
  readonly id: string
  readonly account_id: string
  readonly last_seen_at: number
  readonly expires_at: number
  readonly password_change_required_at: number | null
}

function toStored(row: StoredRow): StoredSession {
  return {
    id: row.id,
    accountId: row.account_id,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    mustChangePassword: row.password_change_required_at !== null,
  }
}

/** Where a page of sessions ended. */
export interface SessionPosition {
  readonly createdAt: number
  readonly id: string
}

interface SessionFilter {
  readonly accountId: string
  readonly now: number
  readonly after: SessionPosition | undefined
  readonly limit: number
}

/** The sessions of an account that still count, the last sign-in first. */
export async function listOpenSessions(db: Reader, { accountId, now, after, limit }: SessionFilter) {
  let query = selectOpen(db, accountId, now)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (after !== undefined) {
    query = query.where((row) =>
      row.or([
        row('created_at', '<', after.createdAt),
        row.and([row('created_at', '=', after.createdAt), row('id', '<', after.id)]),
      ]),
    )
  }
  const rows = await query.execute()
  const items = rows.slice(0, limit).map(
    (row): OpenSession => ({
      id: row.id,
      createdAt: row.created_at,
      lastSeenAt: row.last_seen_at,
      expiresAt: row.expires_at,
      address: row.address,
      client: row.client,
    }),
  )
  return { items, next: rows.length > limit ? items.at(-1) : undefined }
}

/** Whether the account has this session, and it still counts. */
export async function hasOpenSession(db: Reader, accountId: string, id: string, now: number): Promise<boolean> {
  return (await selectOpen(db, accountId, now).where('id', '=', id).executeTakeFirst()) !== undefined
}

function selectOpen(db: Reader, accountId: string, now: number) {
  return db
    .selectFrom('session')
    .select(['id', 'created_at', 'last_seen_at', 'expires_at', 'address', 'client'])
    .where('account_id', '=', accountId)
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', now - SESSION_IDLE_MS)
}

interface NewSession {
  readonly id: string
  readonly digest: Uint8Array
  readonly accountId: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly address: string
  readonly client: string | null
}

export async function insertSession(trx: Transaction, session: NewSession): Promise<void> {
  await trx
    .insertInto('session')
    .values({
      id: session.id,
      digest: session.digest,
      account_id: session.accountId,
      created_at: session.createdAt,
      last_seen_at: session.createdAt,
      expires_at: session.expiresAt,
      address: session.address,
      client: session.client,
    })
    .execute()
}

export async function touchSession(trx: Transaction, sessionId: string, now: number): Promise<void> {
  await trx
    .updateTable('session')
    .set({ last_seen_at: now })
    .where('id', '=', sessionId)
    .where('last_seen_at', '<', now)
    .execute()
}

export async function deleteSession(trx: Transaction, sessionId: string): Promise<void> {
  await trx.deleteFrom('session').where('id', '=', sessionId).execute()
}

/** Ends all sessions of an account, but `exceptId` if given. Returns how many. */
export async function deleteSessionsOf(trx: Transaction, accountId: string, exceptId?: string): Promise<number> {
  let query = trx.deleteFrom('session').where('account_id', '=', accountId)
  if (exceptId !== undefined) query = query.where('id', '<>', exceptId)
  const result = await query.executeTakeFirst()
  return Number(result.numDeletedRows)
}

/** Removes sessions that ended by themselves; nothing depends on when this runs. */
export async function deleteEndedSessions(trx: Transaction, now: number): Promise<void> {
  await trx.deleteFrom('session').where('expires_at', '<=', now).execute()
}

/** Ends every session of these accounts. How many each had; one that had none is not there. */
export async function deleteSessionsOfAll(
  trx: Transaction,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (accountIds.length === 0) return new Map()
  const ended = await trx.deleteFrom('session').where('account_id', 'in', accountIds).returning('account_id').execute()
  const byAccount = Map.groupBy(ended, ({ account_id }) => account_id)
  return new Map([...byAccount].map(([id, sessions]) => [id, sessions.length]))
}
