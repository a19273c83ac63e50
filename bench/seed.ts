import { generateToken } from '@ramp/verifier'
import { Secret } from '../packages/server/src/core/secret.ts'
import { loadRoleCatalogue } from '../packages/server/src/roles/role-catalogue.ts'
import type { Database, Transaction } from '../packages/server/src/storage/database.ts'
import { digestOf } from '../packages/server/src/verification/token-verifier.ts'

/** Who the tokens belong to: accounts with these roles, one for each hundred tokens if nothing else is said. */
export interface Seed {
  readonly tokens: number
  readonly roles: readonly string[]
  readonly tokensPerAccount?: number
}

export const ALL_ROLES = loadRoleCatalogue().roles.map((role) => role.name)
const ROWS_PER_STATEMENT = 1000

/** Stores tokens by the thousand, past the API, and returns their secrets. */
export async function seed(database: Database, { tokens, roles, tokensPerAccount = 100 }: Seed): Promise<string[]> {
  const secrets: string[] = []
  const now = Date.now()
  while (secrets.length < tokens) {
    const count = Math.min(ROWS_PER_STATEMENT, tokens - secrets.length)
    const made = Array.from({ length: count }, () => generateToken('ramp', 'pat'))
    await database.write('maintenance', async (trx) => {
      const accounts = await insertAccounts(trx, Math.ceil(count / tokensPerAccount), roles, now)
      await trx
        .insertInto('token')
        .values(
          made.map(({ id, text }, index) => ({
            id,
            account_id: accounts[Math.floor(index / tokensPerAccount)] as string,
            kind: 'pat' as const,
            name: `token ${id}`,
            name_key: `token ${id}`,
            name_released_at: null,
            digest: digestOf(new Secret(text)),
            created_at: now,
            expires_at: null,
            revoked_at: null,
            revoked_by: null,
            permissions: null,
            allowed_addresses: null,
          })),
        )
        .execute()
    })
    secrets.push(...made.map(({ text }) => text))
  }
  return secrets
}

async function insertAccounts(
  trx: Transaction,
  count: number,
  roles: readonly string[],
  now: number,
): Promise<string[]> {
  const ids = Array.from({ length: count }, () => crypto.randomUUID())
  const account = (id: string) => ({
    id,
    kind: 'member' as const,
    username: id,
    username_key: id,
    display_name: id,
    display_name_key: id,
    created_at: now,
    deactivated_at: null,
  })
  await trx.insertInto('account').values(ids.map(account)).execute()
  const grants = ids.flatMap((id) => roles.map((role) => ({ account_id: id, role, granted_at: now, granted_by: null })))
  if (grants.length > 0) await trx.insertInto('role_grant').values(grants).execute()
  return ids
}
