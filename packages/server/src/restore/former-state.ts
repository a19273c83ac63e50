import { createReadStream, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { DatabaseSync } from 'node:sqlite'

/** What `former` is made from, and so how much it can tell. */
export type FormerState = 'database' | 'export' | 'nothing'

/**
 * Attaches the later state of a database as `former`: the former database file, or what an audit export says of it. The
 * former file is only read.
 */
export async function attachFormer(
  db: DatabaseSync,
  source: string | undefined,
  afterEventId: number,
): Promise<FormerState> {
  if (source === undefined) return 'nothing'
  if (statSync(source, { throwIfNoEntry: false }) === undefined) throw new Error(`${source} is not there.`)
  const first = await firstLine(source)
  if (first.startsWith('{')) {
    await replay(db, source, afterEventId)
    return 'export'
  }
  db.prepare('ATTACH ? AS former').run(source)
  db.prepare('SELECT epoch FROM former.authz_clock').get()
  return 'database'
}

async function* linesOf(file: string): AsyncIterable<string> {
  const stream = createReadStream(file, 'utf8')
  try {
    yield* createInterface({ input: stream })
  } finally {
    stream.destroy()
  }
}

async function firstLine(file: string): Promise<string> {
  for await (const line of linesOf(file)) return line
  return ''
}

const COMPARED = [
  'token',
  'account',
  'member',
  'role_grant',
  'group_role',
  'group_member',
  'group_nesting',
  'session',
  'token_usage',
]

interface ExportedEvent {
  readonly id: number
  readonly at: string
  readonly action: string
  readonly outcome: string
  readonly target: { readonly type: string; readonly id: string } | null
  readonly detail: Readonly<Record<string, unknown>>
}

/** Ends in a copy of the older state what the later events say has ended. Of groups and passwords they say too little. */
async function replay(db: DatabaseSync, source: string, afterEventId: number): Promise<void> {
  db.exec("ATTACH ':memory:' AS former")
  for (const table of COMPARED) db.exec(`CREATE TABLE former.${table} AS SELECT * FROM main.${table}`)
  for await (const line of linesOf(source)) {
    const event = parseEvent(line, source)
    if (event.id <= afterEventId || event.outcome !== 'done' || event.target === null) continue
    const { id } = event.target
    const run = (sql: string, ...values: (string | number)[]) => void db.prepare(sql).run(...values)
    switch (event.action) {
      case 'token.revoked':
        run('UPDATE former.token SET revoked_at = ? WHERE id = ?', Date.parse(event.at), id)
        break
      case 'member.deactivated':
      case 'service_account.deactivated':
      case 'service_account.deleted':
        run('UPDATE former.account SET deactivated_at = ? WHERE id = ?', Date.parse(event.at), id)
        break
      case 'member.reactivated':
      case 'service_account.reactivated':
        run('UPDATE former.account SET deactivated_at = NULL WHERE id = ?', id)
        break
      case 'role.taken':
        run('DELETE FROM former.role_grant WHERE account_id = ? AND role = ?', id, String(event.detail['role']))
        run('DELETE FROM former.group_role WHERE group_id = ? AND role = ?', id, String(event.detail['role']))
        break
      case 'session.ended':
      case 'password.changed':
      case 'password.reset':
        run('DELETE FROM former.session WHERE id = ? OR account_id = ?', id, id)
        break
    }
  }
}

function parseEvent(line: string, source: string): ExportedEvent {
  try {
    return JSON.parse(line) as ExportedEvent
  } catch {
    throw new Error(`${source} is neither a database of RAMP nor an audit export.`)
  }
}
