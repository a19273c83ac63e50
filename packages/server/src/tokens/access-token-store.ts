import { DAY_MS } from '../core/clock.ts'
import type { Reader, Transaction } from '../storage/database.ts'
import type { Token } from './token.ts'

/** A short-lived token that was got with another one. Instants are epoch milliseconds. */
export interface AccessToken {
  readonly id: string
  /** The token it was got with: it counts no longer, and allows no more, than that one. */
  readonly parentId: string
  readonly digest: Uint8Array
  readonly createdAt: number
  readonly expiresAt: number
  readonly revokedAt: number | null
  /** Its own narrowing; null: all that its parent allows. */
  readonly permissions: readonly string[] | null
}

export async function insertAccessToken(trx: Transaction, token: Omit<AccessToken, 'revokedAt'>): Promise<void> {
  await trx
    .insertInto('access_token')
    .values({
      id: token.id,
      token_id: token.parentId,
      digest: token.digest,
      created_at: token.createdAt,
      expires_at: token.expiresAt,
      revoked_at: null,
      permissions: token.permissions === null ? null : JSON.stringify(token.permissions),
    })
    .execute()
}

export async function findAccessToken(db: Reader, id: string): Promise<AccessToken | undefined> {
  const row = await db.selectFrom('access_token').selectAll().where('id', '=', id).executeTakeFirst()
  return (
    row && {
      id: row.id,
      parentId: row.token_id,
      digest: row.digest,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
      permissions: row.permissions === null ? null : (JSON.parse(row.permissions) as string[]),
    }
  )
}

/** Of those of these ids that are access tokens: what each was got with. */
export async function findParents(db: Reader, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('access_token').select(['id', 'token_id']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, token_id }) => [id, token_id]))
}

/** How many that a token has got are still to end, counted no further than `most`. */
export async function countLiveAccessTokens(trx: Transaction, parentId: string, now: number, most: number) {
  const { many } = await trx
    .selectFrom((from) =>
      from
        .selectFrom('access_token')
        .select('id')
        .where('token_id', '=', parentId)
        .where('expires_at', '>', now)
        .limit(most)
        .as('some'),
    )
    .select((row) => row.fn.countAll<number>().as('many'))
    .executeTakeFirstOrThrow()
  return Number(many)
}

/** Whether a token has got any since an instant that is less than a day ago. */
export async function hasAccessTokenSince(trx: Transaction, parentId: string, since: number): Promise<boolean> {
  const row = await trx
    .selectFrom('access_token')
    .select('id')
    .where('token_id', '=', parentId)
    .where('expires_at', '>', since)
    .where('created_at', '>=', since)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** An access token as a token is shown: it ends when it or its parent does, and is bound and limited by both. */
export function asAccessToken(access: AccessToken, parent: Token): Token {
  const { permissions: own } = access
  const { permissions: parents } = parent
  return {
    ...parent,
    id: access.id,
    parentId: parent.id,
    name: `access token of ${parent.name}`,
    createdAt: access.createdAt,
    expiresAt: Math.min(access.expiresAt, parent.expiresAt ?? Number.POSITIVE_INFINITY),
    revokedAt: access.revokedAt ?? parent.revokedAt,
    permissions: own && parents ? own.filter((permission) => parents.includes(permission)) : (own ?? parents),
    // Counted for its parent.
    lastUsedAt: null,
    lastUsedAddress: null,
    lastUsedClient: null,
  }
}

/** Revokes some; returns those that were not revoked before. Ids of others are passed over. */
export async function setAccessTokensRevoked(trx: Transaction, ids: readonly string[], now: number) {
  if (ids.length === 0) return []
  return trx
    .updateTable('access_token')
    .set({ revoked_at: now })
    .where('id', 'in', ids)
    .where('revoked_at', 'is', null)
    .returning(['id', 'token_id as parentId'])
    .execute()
}

/** Removes what ended a day ago: until then whoever holds one is told that it has expired, and not that it never was. */
export async function deleteEndedAccessTokens(trx: Transaction, now: number): Promise<void> {
  await trx
    .deleteFrom('access_token')
    .where('expires_at', '<=', now - DAY_MS)
    .execute()
}
