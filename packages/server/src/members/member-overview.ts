import { sql } from 'kysely'
import { type Inheritance, inheritanceOf } from '../roles/inherited-roles.ts'
import type { Reader } from '../storage/database.ts'
import type { Member } from './member.ts'

/** A member with what follows from groups and tokens. */
export interface MemberOverview extends Member {
  readonly inheritance: Inheritance
  /** Tokens that are neither revoked nor expired. */
  readonly activeTokens: number
}

/** Two statements, however many members. */
export async function overviewOf(db: Reader, members: readonly Member[], now: number): Promise<MemberOverview[]> {
  const ids = members.map(({ id }) => id)
  const [inheritance, tokens] = await Promise.all([inheritanceOf(db, ids), countActiveTokens(db, ids, now)])
  return members.map((member) => ({
    ...member,
    inheritance: inheritance(member.id),
    activeTokens: tokens.get(member.id) ?? 0,
  }))
}

/** How many tokens of each account are neither revoked nor expired; an account without any is not there. */
export async function countActiveTokens(
  db: Reader,
  ids: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ account_id: string; tokens: number }>`SELECT account_id, count(*) AS tokens FROM token
    WHERE account_id IN (${sql.join(ids)}) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${now})
    GROUP BY account_id`.execute(db)
  return new Map(rows.map((row) => [row.account_id, row.tokens]))
}
