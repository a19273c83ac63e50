import { toInstant } from '../core/clock.ts'
import type { Database } from '../storage/database.ts'

/** Who holds a lease, with the names of the accounts that came by HTTP. */
export async function listVerifiers({ engine, leases, read }: Database) {
  const { epoch, leases: standings } = await leases.list()
  const accountIds = standings.flatMap(({ accountId }) => accountId ?? [])
  const accounts =
    accountIds.length === 0
      ? []
      : await read.selectFrom('account').select(['id', 'username']).where('id', 'in', accountIds).execute()
  const items = standings.map(({ accountId, since, appliedEpoch, leaseMs, ...standing }) => ({
    ...standing,
    account: accounts.find(({ id }) => id === accountId) ?? null,
    since: toInstant(since),
    appliedEpoch,
    lag: Math.max(0, epoch - appliedEpoch),
    leaseMs: Math.max(0, leaseMs),
  }))
  return { items, nextCursor: null, epoch, engine }
}
