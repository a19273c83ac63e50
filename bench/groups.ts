import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Transaction } from '../packages/server/src/storage/database.ts'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { measure } from './processes.ts'
import { seed } from './seed.ts'
import { type Row, ratios, spread } from './statistics.ts'

const ROUNDS = 7
const DEPTH = 10
const GROUPS = 200
const IN_USE = 1000
const OTHERS = 8000
const ROLE = 'GlobalTemplateViewer'

interface Measured {
  readonly direct: number[]
  readonly deep: number[]
  readonly coldDirect: number[]
  readonly coldDeep: number[]
  readonly groupChangeMs: number[]
}

/** Accounts in 200 groups, nested ten deep, against accounts with one role of their own; an account for each token. */
export async function measureGroups(folder: string): Promise<Row[]> {
  const url = `sqlite:${join(folder, 'groups.db')}`
  const database = openDatabase(url)
  await database.migrate()
  const file = async (name: string, tokens: number, roles: readonly string[]) => {
    const path = join(folder, `groups-${name}.txt`)
    writeFileSync(path, (await seed(database, { tokens, roles, tokensPerAccount: 1 })).join('\n'))
    return path
  }
  const direct = await file('direct', IN_USE, [ROLE])
  const others = await file('others', OTHERS, [ROLE])
  const deep = await file('deep', IN_USE, [])
  await database.write('maintenance', insertGroups)
  await database.close()
  const measured = await measure<Measured>('groups-in-process.ts', url, direct, deep, others, String(ROUNDS))
  return [
    {
      what: '200 groups ten deep / one direct role, warm',
      value: ratios(measured.deep, measured.direct),
      bound: { atLeast: 0.98 },
    },
    {
      what: 'time of one, cold: 200 groups / direct role',
      value: ratios(measured.coldDirect, measured.coldDeep),
      bound: { atMost: 3 },
    },
    { what: '10,000 accounts after a group change, ms', value: spread(measured.groupChangeMs) },
  ]
}

/** Ways up of ten groups each, all with the role; accounts without a role of their own are at the foot of every one. */
async function insertGroups(trx: Transaction): Promise<void> {
  const ids = Array.from({ length: GROUPS }, () => crypto.randomUUID())
  const group = (id: string) => ({ id, name: id, name_key: id, description: '', created_at: 1 })
  await trx.insertInto('account_group').values(ids.map(group)).execute()
  const role = (id: string) => ({ group_id: id, role: ROLE, granted_at: 1, granted_by: null })
  await trx.insertInto('group_role').values(ids.map(role)).execute()
  const isFoot = (_id: string, index: number) => index % DEPTH === 0
  const nestings = ids.flatMap((id, index) =>
    isFoot(id, index) ? [] : [{ group_id: id, member_group_id: ids[index - 1] as string, added_at: 1 }],
  )
  await trx.insertInto('group_nesting').values(nestings).execute()
  for (const foot of ids.filter(isFoot)) {
    await sql`INSERT INTO group_member (group_id, account_id, added_at)
      SELECT ${foot}, id, 1 FROM account WHERE id NOT IN (SELECT account_id FROM role_grant)`.execute(trx)
  }
}
