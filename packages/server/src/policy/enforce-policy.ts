import { type Context, recordAudits, type SystemContext } from '../audit/audit.ts'
import type { Services } from '../services.ts'
import type { Transaction } from '../storage/database.ts'
import { lockTokens, moveEnd, revokeByReason } from '../tokens/token-store.ts'
import { endOf, endsTokens, type Policy, type PolicyEnd } from './policy.ts'
import { readPolicy } from './policy-store.ts'
import { scanThese, scanTokens } from './scan-tokens.ts'

/**
 * Ends every token that is out of line with the policy: revokes it, or moves its end, and says on it why. Step by step,
 * each with its audit events in one transaction; whatever interrupts it, the next run goes on, and a run that finds
 * nothing changes nothing. Returns how many tokens it has touched.
 */
export async function enforcePolicy(services: Services, context: Context | SystemContext): Promise<number> {
  const { database, usage } = services
  const policy = await readPolicy(database.read)
  if (!endsTokens(policy.pat) && !endsTokens(policy.service)) return 0
  // What is noted here and not stored yet is use, too.
  await usage.flushEverywhere()
  let ended = 0
  for await (const tokens of scanTokens(database.read, context.now)) {
    const ids = tokens.filter((token) => endOf(token, policy[token.kind], context.now)).map(({ id }) => id)
    if (ids.length > 0) ended += await database.write('policy', (trx) => endThese(services, trx, context, ids))
  }
  return ended
}

/**
 * Decided anew under the lock, and by the clock as it is there: the token may be gone meanwhile, just used, ended by
 * another run that began later, or the policy another.
 */
async function endThese(
  { clock }: Services,
  trx: Transaction,
  context: Context | SystemContext,
  ids: readonly string[],
): Promise<number> {
  await lockTokens(trx, ids)
  const now = clock()
  const policy: Policy = await readPolicy(trx)
  const ends = (await scanThese(trx, ids, now)).flatMap((token) => {
    const end = endOf(token, policy[token.kind], now)
    return end === undefined ? [] : [{ token, end }]
  })
  // Ends fall on ends of days, so many tokens share theirs.
  const together = Map.groupBy(ends, ({ end }) => `${end.isRevoked} ${end.endsAt} ${end.reason}`)
  for (const group of together.values()) {
    const [first] = group
    if (first)
      await apply(
        trx,
        group.map(({ token }) => token.id),
        first.end,
        now,
      )
  }
  await recordAudits(
    trx,
    context,
    ends.map(({ token, end: { reason, endsAt } }) => ({
      action: 'token.ended',
      target: { type: 'token', id: token.id },
      detail: { name: token.name, ownerId: token.owner.id, reason, endsAt },
    })),
  )
  return ends.length
}

function apply(trx: Transaction, ids: readonly string[], end: PolicyEnd, now: number): Promise<void> {
  return end.isRevoked ? revokeByReason(trx, ids, end.reason, now) : moveEnd(trx, ids, end.endsAt, end.reason)
}
