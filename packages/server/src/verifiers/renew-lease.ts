import type { Renewal, Report } from '@ramp/verifier/coherence'
import { plainAddress } from '../core/address.ts'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { findParents } from '../tokens/access-token-store.ts'
import type { ToldTokens } from './told-tokens.ts'

/** What a verifier has decided from memory of one token since the last renewal. */
interface Used {
  readonly tokenId: string
  readonly calls: number
  readonly refusals: number
  readonly address?: string
  readonly client?: string
}

/**
 * Renews the lease of a verifier elsewhere, notes what was used, and answers when something has changed, or after
 * `waitMs`. Throws `verifier_not_found` if there is no such lease (any more), and `verifier_epoch_in_future` for a report
 * that no verifier can make: in both cases the verifier has to begin anew, with nothing cached.
 */
export async function renewLease(
  services: Services,
  told: ToldTokens,
  accountId: string,
  { waitMs, used, ...report }: Report & { readonly waitMs: number; readonly used: readonly Used[] },
): Promise<Renewal> {
  const { database, verifier } = services
  await assertEpochExists(services, report.appliedEpoch)
  const renewal = await database.leases.renew(report, accountId)
  if (renewal === undefined) throw new Problem('verifier_not_found')
  if (used.length > 0) await noteUsed(services, told, { accountId, leaseId: report.id }, used)
  if (renewal.epoch > report.appliedEpoch) return renewal
  await verifier.changedSince(report.appliedEpoch, waitMs)
  return database.leases.changesSince(report.appliedEpoch)
}

/** Epochs only grow, so one that exists before the renewal exists in it. Mostly this process knows it already. */
async function assertEpochExists({ database, verifier }: Services, epoch: number): Promise<void> {
  if (epoch <= verifier.freshness().epoch) return
  const clock = await database.read.selectFrom('authz_clock').select('epoch').executeTakeFirstOrThrow()
  if (epoch > clock.epoch) throw new Problem('verifier_epoch_in_future')
}

async function noteUsed(
  { database, usage, clock }: Services,
  told: ToldTokens,
  { accountId, leaseId }: { readonly accountId: string; readonly leaseId: string },
  used: readonly Used[],
): Promise<void> {
  const ids = used.map(({ tokenId }) => tokenId)
  const seen = await told.seenBy(accountId, leaseId, ids)
  const parentOf = await findParents(database.read, ids)
  for (const { tokenId, address, client, calls, refusals } of used) {
    if (!seen.has(tokenId)) continue
    const parentId = parentOf.get(tokenId)
    // As the server's own verifier counts them.
    const counts = { calls, refusals: parentId === undefined ? refusals : 0 }
    usage.noteSeveral(parentId ?? tokenId, { address: knownAddress(address), client }, counts, clock())
  }
}

/** A service may believe a header of strangers; what is no address is stored nowhere. */
function knownAddress(address: string | undefined): string {
  return address ? plainAddress(address) : ''
}
