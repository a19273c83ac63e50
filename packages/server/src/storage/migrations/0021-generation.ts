import { randomInt } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'

/**
 * The generation of the database: a random number that a restore replaces. It tells a database from another one, and from
 * itself before a restore. On SQLite the header of the file repeats it, with a mark that the file is RAMP's.
 *
 * On PostgreSQL the row also names the transaction that wrote it. In a database that was loaded from a dump, its `xmin`
 * is another one.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const generation = randomInt(1, 2 ** 31)
  for (const statement of engine === 'sqlite' ? sqlite(generation) : postgres(generation))
    await sql.raw(statement).execute(db)
}

const sqlite = (generation: number) => [
  'CREATE TABLE database_generation (id INTEGER PRIMARY KEY CHECK (id = 1), generation INTEGER NOT NULL) STRICT',
  `INSERT INTO database_generation (id, generation) VALUES (1, ${generation})`,
  `PRAGMA user_version = ${generation}`,
  // "RAMP" in ASCII.
  `PRAGMA application_id = ${0x52_41_4d_50}`,
]

const postgres = (generation: number) => [
  `CREATE TABLE database_generation (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    generation BIGINT NOT NULL,
    written_by TEXT NOT NULL
  )`,
  `INSERT INTO database_generation (id, generation, written_by)
    VALUES (1, ${generation}, pg_current_xact_id()::xid::text)`,
]
