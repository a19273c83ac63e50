import { fieldProblem } from '../core/problem.ts'
import { comparisonKey } from '../core/text.ts'
import type { Transaction } from '../storage/database.ts'
import { violates } from '../storage/storage-errors.ts'
import type { EndReason, Token } from './token.ts'

/**
 * Holds the row until the transaction ends, so that what is read next cannot change meanwhile: of two narrowings at
 * once, the second must see the first. An update that changes nothing, since it locks on both engines.
 */
export async function lockToken(trx: Transaction, id: string): Promise<void> {
  await trx
    .updateTable('token')
    .set((row) => ({ name_released_at: row.ref('name_released_at') }))
    .where('id', '=', id)
    .execute()
}

export interface NewToken {
  readonly id: string
  readonly accountId: string
  readonly kind: Token['kind']
  readonly name: string
  readonly digest: Uint8Array
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly permissions: readonly string[] | null
  readonly allowedAddresses: readonly string[] | null
}

/** Throws `token_name_taken` if an active token of the account has the name. */
export async function insertToken(trx: Transaction, token: NewToken): Promise<void> {
  await releaseExpiredName(trx, token.accountId, token.name, token.createdAt)
  await nameTaken(() =>
    trx
      .insertInto('token')
      .values({
        id: token.id,
        account_id: token.accountId,
        kind: token.kind,
        name: token.name,
        name_key: comparisonKey(token.name),
        name_released_at: null,
        digest: token.digest,
        created_at: token.createdAt,
        expires_at: token.expiresAt,
        revoked_at: null,
        revoked_by: null,
        permissions: jsonOrNull(token.permissions),
        allowed_addresses: jsonOrNull(token.allowedAddresses),
        end_reason: null,
      })
      .execute(),
  )
}

/** Writes what can change of a token. Throws `token_name_taken`. */
export async function updateToken(
  trx: Transaction,
  token: Pick<Token, 'id' | 'accountId' | 'name' | 'expiresAt' | 'endReason' | 'permissions' | 'allowedAddresses'>,
  now: number,
): Promise<void> {
  await releaseExpiredName(trx, token.accountId, token.name, now)
  await nameTaken(() =>
    trx
      .updateTable('token')
      .set({
        name: token.name,
        name_key: comparisonKey(token.name),
        expires_at: token.expiresAt,
        end_reason: token.endReason,
        permissions: jsonOrNull(token.permissions),
        allowed_addresses: jsonOrNull(token.allowedAddresses),
      })
      .where('id', '=', token.id)
      .execute(),
  )
}

/** What is revoked already is passed over: the first revocation's record stands. Its name is free for another. */
function revoking(trx: Transaction, by: string | null, now: number, reason: EndReason | null = null) {
  return trx
    .updateTable('token')
    .set((row) => ({
      revoked_at: now,
      revoked_by: by,
      end_reason: reason,
      name_released_at: row.fn.coalesce('name_released_at', row.val(now)),
    }))
    .where('revoked_at', 'is', null)
}

/** Revokes; false if it was revoked already. */
export async function setRevoked(trx: Transaction, id: string, by: string, now: number): Promise<boolean> {
  const result = await revoking(trx, by, now).where('id', '=', id).executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Revokes several; returns the ids of those that were not revoked before. */
export async function setSeveralRevoked(
  trx: Transaction,
  ids: readonly string[],
  by: string,
  now: number,
): Promise<{ id: string; name: string; accountId: string }[]> {
  if (ids.length === 0) return []
  const rows = await revoking(trx, by, now).where('id', 'in', ids).returning(['id', 'name', 'account_id']).execute()
  return rows.map(({ id, name, account_id }) => ({ id, name, accountId: account_id }))
}

/** Revokes all tokens of an account that are not revoked. Returns how many. */
export async function revokeAllOf(trx: Transaction, accountId: string, by: string, now: number): Promise<number> {
  const result = await revoking(trx, by, now).where('account_id', '=', accountId).executeTakeFirst()
  return Number(result.numUpdatedRows)
}

interface Ended {
  readonly id: string
  readonly name: string
  readonly accountId: string
}

/** Revokes what an account has that is still accepted, saying why, and returns it. Expired tokens stay expired. */
export async function revokeActiveOf(
  trx: Transaction,
  accountId: string,
  { by, reason, now }: { readonly by: string; readonly reason: EndReason; readonly now: number },
): Promise<Ended[]> {
  const rows = await revoking(trx, by, now, reason)
    .where('account_id', '=', accountId)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
    .returning(['id', 'name', 'account_id'])
    .execute()
  return rows.map(({ id, name, account_id }) => ({ id, name, accountId: account_id }))
}

/** Revokes tokens on behalf of nobody in particular. */
export async function revokeByReason(
  trx: Transaction,
  ids: readonly string[],
  reason: EndReason,
  now: number,
): Promise<void> {
  await revoking(trx, null, now, reason).where('id', 'in', ids).execute()
}

/** Moves the end of tokens, saying why. */
export async function moveEnd(
  trx: Transaction,
  ids: readonly string[],
  endsAt: number,
  reason: EndReason,
): Promise<void> {
  await trx.updateTable('token').set({ expires_at: endsAt, end_reason: reason }).where('id', 'in', ids).execute()
}

/** As {@link lockToken}, for several. */
export async function lockTokens(trx: Transaction, ids: readonly string[]): Promise<void> {
  await trx
    .updateTable('token')
    .set((row) => ({ name_released_at: row.ref('name_released_at') }))
    .where('id', 'in', ids)
    .execute()
}

/** How many tokens of an account are accepted now, besides one. */
export async function countActiveOf(trx: Transaction, accountId: string, but: string | null, now: number) {
  const { tokens } = await trx
    .selectFrom('token')
    .select((row) => row.fn.countAll<number>().as('tokens'))
    .where('account_id', '=', accountId)
    .where('id', '<>', but ?? '')
    .where('revoked_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
    .executeTakeFirstOrThrow()
  return Number(tokens)
}

/** Lets a token end at `endsAt`, and frees its name now. */
export async function endToken(trx: Transaction, id: string, endsAt: number, now: number): Promise<void> {
  await trx.updateTable('token').set({ expires_at: endsAt, name_released_at: now }).where('id', '=', id).execute()
}

/** An expired token keeps its name until somebody wants it. */
async function releaseExpiredName(trx: Transaction, accountId: string, name: string, now: number): Promise<void> {
  await trx
    .updateTable('token')
    .set({ name_released_at: now })
    .where('account_id', '=', accountId)
    .where('name_key', '=', comparisonKey(name))
    .where('name_released_at', 'is', null)
    .where('expires_at', '<=', now)
    .execute()
}

async function nameTaken(write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (violates(error, 'token_name')) {
      throw fieldProblem('token_name_taken', 'name', 'One of your active tokens has this name already.')
    }
    throw error
  }
}

function jsonOrNull(list: readonly string[] | null): string | null {
  return list === null ? null : JSON.stringify(list)
}
