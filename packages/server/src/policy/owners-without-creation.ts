import { sql } from 'kysely'
import type { Reader } from '../storage/database.ts'
import type { Creation } from './policy.ts'
import type { ScannedToken } from './scan-tokens.ts'

/** Who of these holders of tokens may make them now and could no more: members without any of the roles. */
export async function ownersWithoutCreation(
  db: Reader,
  current: Creation,
  wanted: Creation,
  holders: ReadonlyMap<string, { readonly owner: ScannedToken['owner'] }>,
): Promise<{ owner: ScannedToken['owner']; reason: 'creation' }[]> {
  if (wanted === 'all' || current === 'nobody') return []
  const [allowedNow, allowedThen] = [await allowed(db, current), await allowed(db, wanted)]
  return [...holders.values()]
    .filter(({ owner }) => owner.kind === 'member' && allowedNow(owner.id) && !allowedThen(owner.id))
    .map(({ owner }) => ({ owner, reason: 'creation' }))
}

async function allowed(db: Reader, creation: Creation): Promise<(accountId: string) => boolean> {
  if (typeof creation === 'string') return () => creation === 'all'
  const roles = sql.join(creation.roles)
  const { rows } = await sql<{ id: string }>`WITH RECURSIVE holding (group_id) AS (
      SELECT group_role.group_id FROM group_role WHERE role IN (${roles})
      UNION
      SELECT group_nesting.member_group_id FROM holding JOIN group_nesting ON group_nesting.group_id = holding.group_id
    )
    SELECT account_id AS id FROM role_grant WHERE role IN (${roles})
    UNION SELECT account_id FROM group_member JOIN holding ON holding.group_id = group_member.group_id`.execute(db)
  const ids = new Set(rows.map(({ id }) => id))
  return (accountId) => ids.has(accountId)
}
