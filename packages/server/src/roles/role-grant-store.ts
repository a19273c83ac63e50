import { Problem } from '../core/problem.ts'
import type { Reader, Transaction } from '../storage/database.ts'
import { ADMINISTRATOR } from './role-catalogue.ts'

/** Gives a role. False if the account had it already. */
export async function insertGrant(
  trx: Transaction,
  grant: {
    readonly accountId: string
    readonly role: string
    readonly grantedAt: number
    readonly grantedBy: string | null
  },
): Promise<boolean> {
  const result = await trx
    .insertInto('role_grant')
    .values({ account_id: grant.accountId, role: grant.role, granted_at: grant.grantedAt, granted_by: grant.grantedBy })
    .onConflict((conflict) => conflict.columns(['account_id', 'role']).doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Takes a role. False if the account did not have it. */
export async function deleteGrant(trx: Transaction, accountId: string, role: string): Promise<boolean> {
  const result = await trx
    .deleteFrom('role_grant')
    .where('account_id', '=', accountId)
    .where('role', '=', role)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/**
 * To be asked after a change that may have removed the last active Administrator; throws `last_administrator`, and the
 * transaction undoes it. Two such changes at once cannot both pass: the first holds the lock of the authorization
 * clock, which its trigger took, until it is committed.
 */
export async function assertAdministratorRemains(trx: Transaction): Promise<void> {
  if (!(await hasActiveAdministrator(trx))) throw new Problem('last_administrator')
}

/** Only people count: a service account cannot sign in to mend things. */
async function hasActiveAdministrator(db: Reader): Promise<boolean> {
  const row = await db
    .selectFrom('role_grant')
    .innerJoin('account', 'account.id', 'role_grant.account_id')
    .select('account.id')
    .where('role', '=', ADMINISTRATOR)
    .where('account.kind', '=', 'member')
    .where('deactivated_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
