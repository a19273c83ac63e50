import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { Kysely } from 'kysely'
import { verifyChain } from '../audit/verify-chain.ts'
import { NodeSqliteDialect } from '../storage/node-sqlite-dialect.ts'
import { isDamage } from '../storage/sqlite/file-fence.ts'
import type { Tables } from '../storage/tables.ts'

/** What a copy of a SQLite database holds. */
export interface Copy {
  readonly epoch: number
  readonly eventId: number
  readonly eventDigest: string
  /** When its last event was recorded, epoch milliseconds. */
  readonly eventAt: number
  readonly tokens: number
  readonly accounts: number
}

/**
 * Verifies a copy that no server uses: each page of the file, and each audit event. Reads the file alone and writes nothing
 * beside it. Throws a sentence for an operator.
 */
export async function inspectCopy(file: string): Promise<Copy> {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) throw new Error(`${file} is not there.`)
  if (!stat.isFile()) throw new Error(`${file} is not a file.`)
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0)
    throw new Error(`${file} is no complete backup: a write-ahead log lies beside it.`)
  const db = new DatabaseSync(`${pathToFileURL(file)}?immutable=1`, { readOnly: true })
  const kysely = new Kysely<Tables>({ dialect: new NodeSqliteDialect(db) })
  try {
    return await inspect(file, db, kysely)
  } catch (error) {
    throw isDamage(error) ? new Error(`${file} is damaged, or is no SQLite database.`) : error
  } finally {
    await kysely.destroy()
  }
}

async function inspect(file: string, db: DatabaseSync, kysely: Kysely<Tables>): Promise<Copy> {
  const one = <Row>(sql: string) => db.prepare(sql).get() as Row | undefined
  if (one("SELECT 1 FROM sqlite_schema WHERE name = 'audit_chain'") === undefined)
    throw new Error(`${file} is not a database of RAMP, or one of a version before audit chains.`)
  if (one<{ quick_check: string }>('PRAGMA quick_check(1)')?.quick_check !== 'ok')
    throw new Error(`${file} is damaged.`)
  const chain = await verifyChain(kysely)
  if (!chain.isWhole) throw new Error(`${file} is no true copy: audit event ${chain.eventId}: ${chain.fault}.`)
  const count = (table: string) => one<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)?.rows ?? 0
  return {
    epoch: one<{ epoch: number }>('SELECT epoch FROM authz_clock')?.epoch ?? 0,
    eventId: chain.head.id,
    eventDigest: chain.head.digest,
    eventAt: one<{ at: number | null }>('SELECT max(at) AS at FROM audit_event')?.at ?? 0,
    tokens: count('token'),
    accounts: count('account'),
  }
}
