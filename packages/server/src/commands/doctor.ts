import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { sql } from 'kysely'
import type { Config } from '../config.ts'
import { loadRoleCatalogue } from '../roles/role-catalogue.ts'
import type { Database } from '../storage/database.ts'
import { pendingMigrations } from '../storage/migrate.ts'
import { openDatabase } from '../storage/open-database.ts'
import { databaseFault } from './open-migrated.ts'

interface Finding {
  readonly check: string
  /** What to do about it; undefined: all is well. */
  readonly advice: string | undefined
}

/** The database's clock and ours decide together whether a token has expired; more than this is worth a look. */
const CLOCK_DIFFERENCE_LIMIT_MS = 2000

/** Looks at everything the server needs and says, for each thing that is wrong, what to do. Exit code 1 if any is. */
export async function doctor(config: Config): Promise<void> {
  const findings: Finding[] = [{ check: 'configuration', advice: undefined }]
  findings.push(checkRoles(config), checkFolder(config))
  if (findings.every(({ advice }) => advice === undefined)) findings.push(...(await checkDatabase(config)))
  for (const { check, advice } of findings)
    process.stdout.write(`${advice ? '✗' : '✓'} ${check}${advice ? `: ${advice}` : ''}\n`)
  if (findings.some(({ advice }) => advice !== undefined)) process.exitCode = 1
}

function checkRoles({ rolesFile }: Config): Finding {
  const check = 'role catalogue'
  try {
    loadRoleCatalogue(rolesFile ?? undefined)
    return { check, advice: undefined }
  } catch (error) {
    return { check, advice: `mend the file that RAMP_ROLES_FILE names: ${(error as Error).message}.` }
  }
}

function checkFolder({ databaseUrl }: Config): Finding {
  const check = 'writable paths'
  if (!databaseUrl.startsWith('sqlite:')) return { check, advice: undefined }
  const file = resolve(databaseUrl.slice('sqlite:'.length))
  try {
    // What is not there yet is made in the nearest folder that is.
    let nearest = file
    while (!existsSync(nearest)) nearest = dirname(nearest)
    if (nearest !== file && !statSync(nearest).isDirectory()) throw new Error('a file is in the way')
    accessSync(nearest, constants.W_OK)
    return { check, advice: undefined }
  } catch {
    return { check, advice: `let this user write ${dirname(file)}, or point RAMP_DATABASE_URL elsewhere.` }
  }
}

const MIGRATE = 'run "ramp-server migrate", or start the server, which does.'

async function checkDatabase(config: Config): Promise<Finding[]> {
  const { databaseUrl } = config
  if (databaseUrl.startsWith('sqlite:') && !existsSync(resolve(databaseUrl.slice('sqlite:'.length)))) {
    return [{ check: 'migrations', advice: MIGRATE }]
  }
  let database: Database | undefined
  let access: Finding
  try {
    database = openDatabase(config.databaseUrl)
    access = await checkAccess(database)
  } catch (error) {
    const advice = `start the database or correct RAMP_DATABASE_URL (${databaseFault(error) ?? (error as Error).message}).`
    return [{ check: 'database', advice }]
  }
  try {
    const pending = await pendingMigrations(database.read)
    return [
      access,
      {
        check: 'migrations',
        advice: pending.length > 0 ? MIGRATE : undefined,
      },
      await checkClock(database),
    ]
  } finally {
    await database.close()
  }
}

/** Rejects if there is none. */
async function checkAccess(database: Database): Promise<Finding> {
  const check = 'database'
  if (database.engine === 'sqlite') {
    await sql`SELECT 1`.execute(database.read)
    return { check, advice: undefined }
  }
  // In a transaction: there are poolers that allow none.
  await database.read.transaction().execute((trx) => sql`SELECT 1`.execute(trx))
  const isPooled = !(await database.hasOwnSessions())
  return {
    check: isPooled ? `${check} (through a connection pooler: a change takes up to a second)` : check,
    advice: undefined,
  }
}

async function checkClock(database: Database): Promise<Finding> {
  const check = 'clock'
  const now = Date.now()
  if (now < Date.parse('2026-01-01'))
    return { check, advice: 'set the clock of this machine (NTP): it is in the past.' }
  if (database.engine === 'sqlite') return { check, advice: undefined }
  const { rows } = await sql<{
    now: number
  }>`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now`.execute(database.read)
  const difference = Math.abs((rows[0]?.now ?? now) - Date.now())
  const advice = `bring this machine's clock and the database's together (NTP): they differ by ${difference} ms.`
  return { check, advice: difference > CLOCK_DIFFERENCE_LIMIT_MS ? advice : undefined }
}
