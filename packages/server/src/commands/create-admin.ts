import { text } from 'node:stream/consumers'
import type { Config } from '../config.ts'
import { Secret } from '../core/secret.ts'
import { USERNAME_PATTERN } from '../core/text.ts'
import { randomPassword } from '../sessions/password.ts'
import { passwordProblem } from '../sessions/password-rules.ts'
import { createAdministrator } from './first-administrator.ts'
import { openMigrated } from './open-migrated.ts'

/**
 * `create-admin <username>`: makes a further Administrator, for when nobody can sign in any more. The password comes
 * from standard input if something is piped in; otherwise a random one is made, shown once, and has to be changed.
 */
export async function createAdmin(config: Config, [username]: readonly string[]): Promise<void> {
  if (username === undefined || !new RegExp(USERNAME_PATTERN, 'u').test(username)) {
    throw new Error('Say which username: ramp-server create-admin <username>')
  }
  const given = process.stdin.isTTY ? '' : (await text(process.stdin)).replace(/\r?\n$/, '')
  const password = new Secret(given || randomPassword())
  const rules = { minLength: config.passwordMinLength, username, email: null }
  const unacceptable = given && (await passwordProblem(password, 'password', rules))
  if (unacceptable) throw new Error(unacceptable.detail)
  const { database } = await openMigrated(config)
  try {
    await createAdministrator(database, { username, password, mustChangePassword: !given }, Date.now())
  } finally {
    await database.close()
  }
  process.stdout.write(`Made the Administrator ${username}.\n`)
  if (!given)
    process.stdout.write(`Password, shown this once and to be changed at the first sign-in: ${password.expose()}\n`)
}
