import { sql } from 'kysely'
import type { Principal } from '../core/actor.ts'
import type { RoleCatalogue } from '../roles/role-catalogue.ts'
import { effectiveRolesOf } from '../roles/role-grant-store.ts'
import type { Reader } from '../storage/database.ts'
import {
  ACCESS_TOKEN_COLUMNS,
  TOKEN_COLUMNS,
  type TokenRow,
  toPrincipal,
  toToken,
  WITH_PARENT,
} from '../verification/stored-credentials.ts'
import type { VerifiableToken } from '../verification/verdict.ts'

/** A token as it is stored now, past every cache; undefined if there is none of this id. */
export async function readToken(db: Reader, id: string): Promise<VerifiableToken | undefined> {
  const { rows } = await sql<TokenRow>`
    SELECT ${sql.raw(TOKEN_COLUMNS)} FROM token WHERE token.id = ${id}
    UNION ALL
    SELECT ${sql.raw(ACCESS_TOKEN_COLUMNS)} FROM ${sql.raw(WITH_PARENT)} WHERE access_token.id = ${id}`.execute(db)
  return rows[0] && toToken(rows[0])
}

/** An account as it is stored now, with its roles in force; undefined if there is none of this id. */
export async function readAccount(db: Reader, catalogue: RoleCatalogue, id: string): Promise<Principal | undefined> {
  const row = await db
    .selectFrom('account')
    .select(['id', 'kind', 'username', 'display_name', 'deactivated_at'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toPrincipal(row, await effectiveRolesOf(db, id), catalogue)
}
