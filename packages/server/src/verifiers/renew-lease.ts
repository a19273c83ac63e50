import type { Renewal, Report } from '@ramp/verifier/coherence'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { findParents } from '../tokens/access-token-store.ts'

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
 * `waitMs`. Throws `verifier_not_found` if there is no such lease (any more): the verifier has to begin anew, with nothing cached.
 */
export async function renewLease(
  { database, verifier, usage, clock }: Services,
  accountId: string,
  { waitMs, used, ...report }: Report & { readonly waitMs: number; readonly used: readonly Used[] },
): Promise<Renewal> {
  const { leases, read } = database
  const renewal = await leases.renew(report, accountId)
  if (renewal === undefined) throw new Problem('verifier_not_found')
  const parentOf = await findParents(
    read,
    used.map(({ tokenId }) => tokenId),
  )
  for (const { tokenId, address = '', client, calls, refusals } of used) {
    const parentId = parentOf.get(tokenId)
    // As the server's own verifier counts them.
    const counts = { calls, refusals: parentId === undefined ? refusals : 0 }
    usage.noteSeveral(parentId ?? tokenId, { address, client }, counts, clock())
  }
  if (renewal.epoch > report.appliedEpoch) return renewal
  await verifier.changedSince(report.appliedEpoch, waitMs)
  return leases.changesSince(report.appliedEpoch)
}
