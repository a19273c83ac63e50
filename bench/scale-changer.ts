import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'

/**
 * Changes groups ten times a second while it is told to: `scale-changer.ts <database url> <groups…>`. Gives a role and takes it, nests
 * and un-nests, each in turn, as another program does. Messages: `go` and `rest`.
 */
const [databaseUrl = '', ...groups] = process.argv.slice(2)
const PAUSE_MS = 100
const database = openDatabase(databaseUrl)
const group = (index: number) => groups[index % groups.length] as string
let isGoing = false
let made = 0

const STATEMENTS = [
  (at: number) => sql`INSERT INTO group_role (group_id, role, granted_at) VALUES (${group(at)}, 'Auditor', 0)
    ON CONFLICT DO NOTHING`,
  (at: number) => sql`INSERT INTO group_nesting (group_id, member_group_id, added_at)
    VALUES (${group(at)}, ${group(at + 1)}, 0) ON CONFLICT DO NOTHING`,
  (at: number) => sql`DELETE FROM group_role WHERE group_id = ${group(at)} AND role = 'Auditor'`,
  (at: number) => sql`DELETE FROM group_nesting WHERE group_id = ${group(at)} AND member_group_id = ${group(at + 1)}`,
]

process.on('message', (message) => {
  isGoing = message === 'go'
})
process.send?.('ready')
while (process.connected) {
  await delay(PAUSE_MS)
  if (!isGoing) continue
  const at = Math.floor(made / STATEMENTS.length)
  const statement = STATEMENTS[made++ % STATEMENTS.length] as (typeof STATEMENTS)[number]
  await database.write('maintenance', (trx) => statement(at).execute(trx))
}
await database.close()
