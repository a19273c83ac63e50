import { isIPv6 } from 'node:net'
import { recordAudit } from '../audit/audit.ts'
import { type Config, ConfigError } from '../config.ts'
import { newId } from '../core/ids.ts'
import { Secret } from '../core/secret.ts'
import { hasAnyMember, insertMember } from '../members/member-store.ts'
import { ADMINISTRATOR } from '../roles/role-catalogue.ts'
import { insertGrant } from '../roles/role-grant-store.ts'
import { hashPassword, randomPassword } from '../sessions/password.ts'
import { isVeryCommonPassword } from '../sessions/password-rules.ts'
import type { Database } from '../storage/database.ts'

interface Administrator {
  readonly username: string
  readonly password: Secret
  /** False for a password that the operator chose. */
  readonly mustChangePassword: boolean
}

/**
 * At the first start of an empty database: the administrator named by the configuration, or `admin` with a random
 * password, which is returned so that it can be shown once. Undefined if there were members already. Throws
 * `ConfigError` for a password that is among the first to be guessed.
 */
export async function ensureFirstAdministrator(
  database: Database,
  { adminUsername, adminPassword }: Config,
  now: number,
): Promise<Administrator | undefined> {
  if (await hasAnyMember(database.read)) return undefined
  if (adminPassword && (await isVeryCommonPassword(adminPassword))) {
    throw new ConfigError('RAMP_ADMIN_PASSWORD must not be one of the passwords that are guessed first.')
  }
  const administrator: Administrator = {
    username: adminUsername ?? 'admin',
    password: adminPassword ?? new Secret(randomPassword()),
    mustChangePassword: adminPassword === null,
  }
  return (await createAdministrator(database, administrator, now, { onlyIfEmpty: true })) ? administrator : undefined
}

/**
 * The same, and shows the password that was made: at once, since the administrator exists from here on, whatever comes
 * next. To the terminal and nowhere else: the log, which is kept, must not have a password.
 */
export async function announceFirstAdministrator(database: Database, config: Config): Promise<void> {
  const administrator = await ensureFirstAdministrator(database, config, Date.now())
  if (!administrator?.mustChangePassword) return
  process.stderr.write(
    `\n  First start: sign in at ${addressOf(config)} as ${administrator.username} with the password\n\n      ${administrator.password.expose()}\n\n  It is shown this once and has to be changed at the first sign-in.\n\n`,
  )
}

function addressOf({ publicUrl, host, port }: Config): string {
  return publicUrl ?? `http://${isIPv6(host) ? `[${host}]` : host}:${port}`
}

/** Makes an Administrator outside the API. False if `onlyIfEmpty` and another process was first. Throws `username_taken`. */
export async function createAdministrator(
  database: Database,
  { username, password, mustChangePassword }: Administrator,
  now: number,
  { onlyIfEmpty = false } = {},
): Promise<boolean> {
  const passwordHash = await hashPassword(password)
  return database.write('command', async (trx) => {
    // Takes the lock of the one clock row, so that of two first starts at once one sees the other's administrator.
    await trx
      .updateTable('authz_clock')
      .set((row) => ({ epoch: row.ref('epoch') }))
      .execute()
    if (onlyIfEmpty && (await hasAnyMember(trx))) return false
    const id = newId()
    await insertMember(trx, {
      id,
      username,
      email: `${username}@localhost`,
      firstName: username,
      lastName: '',
      passwordHash,
      passwordChangeRequiredAt: mustChangePassword ? now : null,
      createdAt: now,
    })
    await insertGrant(trx, { holder: { type: 'member', id }, role: ADMINISTRATOR, grantedAt: now, grantedBy: null })
    await recordAudit(
      trx,
      { actor: 'system', now },
      {
        action: 'member.created',
        target: { type: 'member', id },
        detail: { username, roles: [ADMINISTRATOR] },
      },
    )
    return true
  })
}
