import { type Kysely, sql } from 'kysely'
import { comparisonKey, lookOf } from '../../core/name-keys.ts'
import type { Engine } from '../database.ts'

/**
 * Names are compared after case folding, and two names that look the same cannot both be given (core/name-keys.ts). Rows
 * from before keep working: where two of them now collide, one keeps its old key, or has no look. Nothing here
 * changes what somebody may do, so no cached state ends.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const column of LOOKS) {
    await sql.raw(`ALTER TABLE ${column.table} ADD COLUMN ${column.column} TEXT`).execute(db)
    await sql.raw(`CREATE UNIQUE INDEX ${column.index} ON ${column.table} (${column.column})`).execute(db)
    for await (const rows of pagesOf(db, column)) await setLooks(db, column, rows)
  }
  for (const column of KEYS) {
    // The key of an ASCII name is what it was.
    const isOther = engine === 'sqlite' ? `${column.column} GLOB '*[^ -~]*'` : `${column.column} ~ '[^ -~]'`
    for await (const rows of pagesOf(db, { ...column, where: isOther })) {
      for (const row of rows) await setKey(db, column, row)
    }
  }
}

interface Column {
  readonly table: string
  readonly id: string
  /** What the column is computed from. */
  readonly name: string
  readonly column: string
  /** Which rows have one. */
  readonly where?: string
}

interface Row {
  readonly id: string
  readonly name: string
}

const LOOKS: readonly (Column & { readonly index: string })[] = [
  {
    table: 'account',
    id: 'id',
    name: 'username',
    column: 'username_look',
    index: 'account_look',
    // The name of a deleted service account is free.
    where: "username_key NOT LIKE 'deleted %'",
  },
  { table: 'member', id: 'account_id', name: 'email', column: 'email_look', index: 'member_email_look' },
  { table: 'account_group', id: 'id', name: 'name', column: 'name_look', index: 'account_group_look' },
]

/** `others`: which other rows may not have the same key. */
const KEYS: readonly (Column & { readonly others: string })[] = [
  { table: 'account', id: 'id', name: 'username', column: 'username_key', others: '1 = 1' },
  { table: 'account', id: 'id', name: 'display_name', column: 'display_name_key', others: '1 = 0' },
  { table: 'member', id: 'account_id', name: 'email', column: 'email_key', others: '1 = 1' },
  { table: 'account_group', id: 'id', name: 'name', column: 'name_key', others: '1 = 1' },
  {
    table: 'token',
    id: 'id',
    name: 'name',
    column: 'name_key',
    others: 'token.account_id = other.account_id AND other.name_released_at IS NULL',
  },
]

const PAGE = 1000

async function* pagesOf(db: Kysely<unknown>, { table, id, name, where = '1 = 1' }: Column) {
  let after: string | undefined = ''
  while (after !== undefined) {
    const { rows }: { rows: Row[] } = await sql<Row>`
      SELECT ${sql.ref(id)} AS id, ${sql.ref(name)} AS name FROM ${sql.table(table)}
      WHERE ${sql.ref(id)} > ${after} AND ${sql.raw(where)} ORDER BY ${sql.ref(id)} LIMIT ${PAGE}`.execute(db)
    if (rows.length > 0) yield rows
    after = rows.at(-1)?.id
  }
}

/** A page at once: every account has a look. Of two rows with the same, the first one has it. */
async function setLooks(db: Kysely<unknown>, { table, id, column }: Column, rows: readonly Row[]): Promise<void> {
  const byLook = new Map<string, string>()
  for (const row of rows) if (!byLook.has(lookOf(row.name))) byLook.set(lookOf(row.name), row.id)
  const taken = await sql<{ look: string }>`SELECT ${sql.ref(column)} AS look FROM ${sql.table(table)}
    WHERE ${sql.ref(column)} IN (${sql.join([...byLook.keys()])})`.execute(db)
  for (const { look } of taken.rows) byLook.delete(look)
  if (byLook.size === 0) return
  const pairs = [...byLook].map(([look, owner]) => sql`(${owner}, ${look})`)
  await sql`WITH seen (owner, look) AS (VALUES ${sql.join(pairs)})
    UPDATE ${sql.table(table)} SET ${sql.ref(column)} = look FROM seen WHERE owner = ${sql.ref(id)}`.execute(db)
}

async function setKey(db: Kysely<unknown>, column: (typeof KEYS)[number], row: Row): Promise<void> {
  const [table, key, id] = [sql.table(column.table), sql.ref(column.column), sql.ref(column.id)]
  const value = comparisonKey(row.name)
  await sql`UPDATE ${table} SET ${key} = ${value} WHERE ${id} = ${row.id} AND ${key} <> ${value}
    AND NOT EXISTS (SELECT 1 FROM ${table} AS other WHERE other.${key} = ${value} AND other.${id} <> ${row.id}
      AND ${sql.raw(column.others)})`.execute(db)
}
