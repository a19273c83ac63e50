import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import type { Transaction } from '../../../src/storage/database.ts'
import { runMigrations } from '../../../src/storage/migrate.ts'
import { NodeSqliteDialect } from '../../../src/storage/node-sqlite-dialect.ts'
import type { Tables } from '../../../src/storage/tables.ts'

const TABLES = ['verifier', 'lease_run', 'authz_clock', 'authz_change', 'simulated_token', 'simulated_change'] as const

/** All that it holds, by table. */
export type Copy = Readonly<Record<(typeof TABLES)[number], readonly Record<string, null | number | string>[]>>

/**
 * The SQLite file of a simulation, a real one in memory with the real schema, and two tables in the place of tokens: of each, the
 * state it was last put into, a number that only grows, and by which change.
 */
export class SqliteFile {
  readonly db: DatabaseSync
  readonly #kysely: Kysely<Tables>
  /** Called after each change. */
  readonly watchers = new Set<() => void>()
  #turn: Promise<unknown> = Promise.resolve()
  #blank: Copy | undefined
  /** Of all simulations: a restored copy must not give a state again. */
  #states = 0

  private constructor() {
    this.db = new DatabaseSync(':memory:')
    this.#kysely = new Kysely<Tables>({ dialect: new NodeSqliteDialect(this.db) })
  }

  static async open(): Promise<SqliteFile> {
    const file = new SqliteFile()
    await runMigrations(file.#kysely, 'sqlite')
    file.db.exec('CREATE TABLE simulated_token (id TEXT PRIMARY KEY, state INTEGER NOT NULL)')
    file.db.exec('CREATE TABLE simulated_change (name TEXT PRIMARY KEY, state INTEGER NOT NULL)')
    file.#blank = file.copy()
    return file
  }

  /** As it was when it was new. */
  clear(): void {
    this.#states = 0
    this.watchers.clear()
    if (this.#blank !== undefined) this.restore(this.#blank)
  }

  copy(): Copy {
    const all = (table: string) => this.db.prepare(`SELECT * FROM ${table}`).all()
    return Object.fromEntries(TABLES.map((table) => [table, all(table)])) as unknown as Copy
  }

  restore(copy: Copy): void {
    for (const table of TABLES) {
      this.db.exec(`DELETE FROM ${table}`)
      for (const row of copy[table]) {
        const values = Object.values(row)
        this.db.prepare(`INSERT INTO ${table} VALUES (${values.map(() => '?').join(', ')})`).run(...values)
      }
    }
  }

  /** Whoever writes has it alone, as a lock of the file would see to. */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => {})
    return result
  }

  async transaction<Result>(work: (trx: Transaction) => Promise<Result>): Promise<Result> {
    const result = await this.alone(() => this.#kysely.transaction().execute(work))
    for (const tell of this.watchers) tell()
    return result
  }

  get epoch(): number {
    return (this.db.prepare('SELECT epoch FROM authz_clock').get() as { epoch: number }).epoch
  }

  stateOf(token: string): number {
    const row = this.db.prepare('SELECT state FROM simulated_token WHERE id = ?').get(token)
    return (row?.['state'] as number | undefined) ?? 0
  }

  /** Makes a change once, however often it is asked for; within a transaction. Returns the state it has put the token into. */
  change(token: string, name: string): number {
    const made = this.db.prepare('SELECT state FROM simulated_change WHERE name = ?').get(name)
    if (made !== undefined) return made['state'] as number
    const state = ++this.#states
    this.db.prepare('INSERT INTO simulated_change VALUES (?, ?)').run(name, state)
    this.db.prepare('INSERT OR REPLACE INTO simulated_token VALUES (?, ?)').run(token, state)
    this.db.exec('UPDATE authz_clock SET epoch = epoch + 1')
    this.db.prepare('INSERT INTO authz_change SELECT epoch, ? FROM authz_clock').run(`token:${token}`)
    return state
  }

  prune(): void {
    this.db.exec('DELETE FROM authz_change')
  }
}
