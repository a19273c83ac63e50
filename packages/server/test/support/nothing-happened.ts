import { expect } from 'vitest'
import type { Answer } from './http-client.ts'
import type { TestServer } from './test-app.ts'

/** What a refused request must leave as it was. Usage and "last seen" are written in passing and do not count. */
const SNAPSHOTS = {
  account: 'SELECT * FROM account ORDER BY id',
  member: 'SELECT * FROM member ORDER BY account_id',
  role_grant: 'SELECT * FROM role_grant ORDER BY account_id, role',
  token: 'SELECT * FROM token ORDER BY id',
  access_token: 'SELECT * FROM access_token ORDER BY id',
  device_authorization: 'SELECT id, decided_by, redeemed_at FROM device_authorization ORDER BY id',
  session: 'SELECT id, account_id FROM session ORDER BY id',
  account_group: 'SELECT * FROM account_group ORDER BY id',
  group_member: 'SELECT * FROM group_member ORDER BY group_id, account_id',
  group_nesting: 'SELECT * FROM group_nesting ORDER BY group_id, member_group_id',
  group_role: 'SELECT * FROM group_role ORDER BY group_id, role',
  policy: 'SELECT * FROM policy',
  authz_clock: 'SELECT * FROM authz_clock',
  audit_event: 'SELECT * FROM audit_event ORDER BY id',
} as const

type Watched = keyof typeof SNAPSHOTS

/** Runs `act` and asserts that no row of any table changed meanwhile, audit included unless `but` names it. */
export async function nothingHappens(
  server: TestServer,
  act: () => Promise<Answer>,
  but: readonly Watched[] = [],
): Promise<Answer> {
  const before = { ...(await snapshotOf(server)) }
  const answer = await act()
  const after = await snapshotOf(server)
  for (const table of but) before[table] = after[table] ?? []
  expect(after).toEqual(before)
  return answer
}

/** The rows of every table that a refused request must leave as they are. */
export type Snapshot = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>

export async function snapshotOf(server: TestServer): Promise<Snapshot> {
  const tables: Record<string, Record<string, unknown>[]> = {}
  for (const [table, text] of Object.entries(SNAPSHOTS)) tables[table] = await server.sql(text)
  return tables
}
