import { comparisonKey } from '../core/text.ts'
import type { Transaction } from '../storage/database.ts'
import { TOKEN_NAME_LENGTH } from './token.ts'

/** A name that no active token of the account has: this one, or `… (2)`. The caller holds the account. */
export async function freeTokenName(trx: Transaction, accountId: string, wanted: string, now: number): Promise<string> {
  const rows = await trx
    .selectFrom('token')
    .select('name_key')
    .where('account_id', '=', accountId)
    .where('name_released_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
    .execute()
  const taken = new Set(rows.map(({ name_key }) => name_key))
  let name = wanted
  for (let number = 2; taken.has(comparisonKey(name)); number++) {
    const suffix = ` (${number})`
    name = `${[...wanted].slice(0, TOKEN_NAME_LENGTH - suffix.length).join('')}${suffix}`
  }
  return name
}
