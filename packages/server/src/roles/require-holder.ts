import { Problem } from '../core/problem.ts'
import type { Reader } from '../storage/database.ts'

/** To whom roles are given: a person, a machine, or a group and so everybody in it. */
export interface RoleHolder {
  readonly type: 'member' | 'service_account' | 'group'
  readonly id: string
}

/** Throws `member_not_found`, `service_account_not_found` or `group_not_found` unless the holder is there. */
export async function requireHolder(db: Reader, { type, id }: RoleHolder): Promise<void> {
  if ((await find(db, { type, id })) === undefined) throw new Problem(`${type}_not_found`)
}

function find(db: Reader, { type, id }: RoleHolder): Promise<unknown> {
  switch (type) {
    case 'member':
      return db.selectFrom('member').select('account_id').where('account_id', '=', id).executeTakeFirst()
    case 'service_account':
      return db
        .selectFrom('service_account')
        .select('account_id')
        .where('account_id', '=', id)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
    case 'group':
      return db.selectFrom('account_group').select('id').where('id', '=', id).executeTakeFirst()
  }
}

/** Throws `account_not_found` unless there is such an account, of either kind. */
export async function requireAccount(db: Reader, id: string): Promise<void> {
  const row = await db.selectFrom('account').select('id').where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new Problem('account_not_found')
}
