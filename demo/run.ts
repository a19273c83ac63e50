import { openMigrated } from '../packages/server/src/commands/open-migrated.ts'
import { serve } from '../packages/server/src/commands/serve.ts'
import { type Config, readConfig } from '../packages/server/src/config.ts'
import { Secret } from '../packages/server/src/core/secret.ts'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { fill } from './fill.ts'
import { ADMINISTRATOR } from './organisation.ts'
import { markBegun, markMade, stateOf } from './own-database.ts'

/**
 * `npm run demo`: makes the sample organisation in a database of its own (`RAMP_DATABASE_URL`, or `./data/demo.db`),
 * once, and serves it. A database that has anything else is left alone.
 */

const PASSWORD = 'look at every page'

const REFUSALS = {
  foreign: 'RAMP_DATABASE_URL names a database that has other data; the demo leaves it alone. Name a new one.',
  'half made': 'The sample organisation in this database is only half made. Delete the database and start again.',
} as const

await demo()

async function demo(): Promise<void> {
  const { RAMP_DATABASE_URL = 'sqlite:./data/demo.db', ...environment } = process.env
  const config = readConfig({ ...environment, RAMP_DATABASE_URL })
  const refusal = await prepare(config)
  if (refusal !== undefined) {
    process.stderr.write(`${refusal}\n`)
    process.exitCode = 1
    return
  }
  process.stdout.write(
    `\n  Sign in with the password "${PASSWORD}" as\n` +
      `\n    ${ADMINISTRATOR.padEnd(16)} Administrator\n    tom.becker       a member, with roles by nested groups\n` +
      '    ines.moreau      Auditor\n\n',
  )
  await serve(config)
}

/** Makes the organisation if there is none; says why not, if this is no database for it. */
async function prepare(config: Config): Promise<string | undefined> {
  const looked = openDatabase(config.databaseUrl)
  const state = await stateOf(looked).finally(() => looked.close())
  if (state === 'ours') return undefined
  if (state !== 'empty') return REFUSALS[state]
  process.stdout.write('Making the sample organisation; this takes some seconds.\n')
  const { database } = await openMigrated(config)
  try {
    await markBegun(database)
    const now = Date.now()
    await fill(database, config, now, new Secret(PASSWORD))
    await markMade(database, now)
  } finally {
    await database.close()
  }
  return undefined
}
