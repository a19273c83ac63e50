import type { Reader, Transaction } from '../storage/database.ts'

/** How far a revocation of many tokens is. */
export interface RevocationProgress {
  readonly startedAt: number
  /** How many it is about, and how many of them are revoked. */
  readonly expected: number
  readonly revoked: number
}

/** Notes it with what it counts; an account has one, the latest. */
export async function noteProgress(
  trx: Transaction,
  accountId: string,
  { startedAt, expected, revoked }: RevocationProgress,
): Promise<void> {
  const progress = { started_at: startedAt, expected, revoked }
  await trx
    .insertInto('bulk_revocation')
    .values({ account_id: accountId, ...progress })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(progress))
    .execute()
}

export async function endProgress(trx: Transaction, accountId: string): Promise<void> {
  await trx.deleteFrom('bulk_revocation').where('account_id', '=', accountId).execute()
}

/** Undefined: the account has none under way. */
export async function readProgress(db: Reader, accountId: string): Promise<RevocationProgress | undefined> {
  return db
    .selectFrom('bulk_revocation')
    .select(['started_at as startedAt', 'expected', 'revoked'])
    .where('account_id', '=', accountId)
    .executeTakeFirst()
}
