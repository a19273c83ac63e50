import type { Config } from '../config.ts'
import { restoreFile } from '../restore/restore-file.ts'
import { parseRestoreOptions } from '../restore/restore-options.ts'
import { acceptPostgres } from '../restore/restore-postgres.ts'
import { fileOf, unusable } from './open-migrated.ts'

/**
 * `restore <backup>` or `restore --accept`: makes an older state the database, and has the operator decide what becomes of
 * what had ended since.
 */
export async function restore({ databaseUrl }: Config, args: readonly string[]): Promise<void> {
  const options = parseRestoreOptions(args)
  const say = (text: string) => void process.stdout.write(text)
  try {
    if (databaseUrl.startsWith('sqlite:')) await restoreFile(fileOf(databaseUrl), options, say)
    else await acceptPostgres(databaseUrl, options, say)
  } catch (error) {
    throw unusable(error)
  }
}
