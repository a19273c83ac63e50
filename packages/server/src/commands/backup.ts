import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import { backUp } from '../restore/back-up.ts'
import { openWitness } from '../storage/sqlite/witness.ts'
import { fileOf, unusable } from './open-migrated.ts'

/** `backup <path>`: a verified copy of the SQLite database, while servers run. */
export async function backupDatabase({ databaseUrl }: Config, args: readonly string[]): Promise<void> {
  const [path] = args
  if (path === undefined || args.length > 1) throw new Error('Say where to: ramp-server backup <path>')
  if (!databaseUrl.startsWith('sqlite:'))
    throw new Error('On PostgreSQL, use pg_dump or pg_basebackup: ramp-server backup copies SQLite databases.')
  const file = fileOf(databaseUrl)
  if (!existsSync(file)) throw new Error('RAMP_DATABASE_URL names a file that is not there.')
  try {
    // As a server does: nobody restores meanwhile.
    const witness = openWitness(file)
    try {
      const { tokens, accounts, eventId, eventDigest, epoch } = await backUp(file, resolve(path))
      process.stdout.write(
        `Backed up ${accounts} accounts and ${tokens} tokens as of audit event ${eventId} (digest ${eventDigest}, epoch ${epoch}), and verified the copy.\n`,
      )
    } finally {
      witness.close()
    }
  } catch (error) {
    throw unusable(error)
  }
}
