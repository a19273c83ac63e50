import type { Reader } from '../storage/database.ts'

/** The account that has this username (a `comparisonKey`) now. */
export async function findAccountId(db: Reader, usernameKey: string): Promise<string | undefined> {
  const row = await db.selectFrom('account').select('id').where('username_key', '=', usernameKey).executeTakeFirst()
  return row?.id
}

/** Whatever is called by one of these ids, by its name now: an event keeps only the id of what it is about. */
export async function findTargetNames(
  db: Reader,
  targets: readonly { readonly type: string; readonly id: string }[],
): Promise<ReadonlyMap<string, { readonly name: string; readonly ownerId: string | null }>> {
  const idsOf = (...types: string[]) => [
    ...new Set(targets.filter(({ type }) => types.includes(type)).map(({ id }) => id)),
  ]
  const found = new Map<string, { name: string; ownerId: string | null }>()
  const accounts = idsOf('member', 'service_account')
  const groups = idsOf('group')
  const tokens = idsOf('token')
  if (accounts.length > 0) {
    const rows = await db.selectFrom('account').select(['id', 'username']).where('id', 'in', accounts).execute()
    for (const { id, username } of rows) found.set(id, { name: username, ownerId: null })
  }
  if (groups.length > 0) {
    const rows = await db.selectFrom('account_group').select(['id', 'name']).where('id', 'in', groups).execute()
    for (const { id, name } of rows) found.set(id, { name, ownerId: null })
  }
  if (tokens.length > 0) {
    const rows = await db.selectFrom('token').select(['id', 'name', 'account_id']).where('id', 'in', tokens).execute()
    for (const { id, name, account_id } of rows) found.set(id, { name, ownerId: account_id })
  }
  return found
}

/** The id of the last event there is. */
export async function lastEventId(db: Reader): Promise<number> {
  const { last_id } = await db.selectFrom('audit_chain').select('last_id').executeTakeFirstOrThrow()
  return last_id
}
