import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { type Seed, seed } from './seed.ts'

export const IN_USE = 1000
export const ONE_ROLE: Seed = { tokens: IN_USE, roles: ['GlobalTemplateViewer'] }

export interface BenchDatabase {
  readonly url: string
  /** Files with one token a line, by the name of the seed. */
  readonly tokens: Readonly<Record<string, string>>
}

/** Migrates the database at `url` and stores the tokens of each seed. */
export async function makeDatabase(
  folder: string,
  url: string,
  seeds: Readonly<Record<string, Seed>>,
): Promise<BenchDatabase> {
  const database = openDatabase(url)
  await database.migrate()
  const tokens: Record<string, string> = {}
  for (const [name, wanted] of Object.entries(seeds)) {
    const file = join(folder, `${name}-${crypto.randomUUID()}.txt`)
    writeFileSync(file, (await seed(database, wanted)).join('\n'))
    tokens[name] = file
  }
  await database.close()
  return { url, tokens }
}
