import type { Renewal, Report } from '@ramp/verifier/coherence'
import { LRUCache } from 'lru-cache'

/** A report, and the account that the lease has to belong to. */
export interface OwnReport extends Report {
  readonly accountId: string | null
}

/** What each of the reports brings, in their order. */
export type RenewMany = (reports: readonly OwnReport[]) => Promise<readonly (Renewal | undefined)[]>

/**
 * How long a renewal that says nothing new waits for others: hundreds of verifiers cost twenty statements a second. A change that comes
 * meanwhile is heard of so much later, and as a lease counts from before it was asked for, so much of its time is lost.
 */
const GATHER_MS = 50

/** Of so many leases it is known what they reported last. */
const KNOWN_LEASES = 10_000

interface Waiting {
  readonly report: OwnReport
  resolve(renewal: Renewal | undefined): void
  reject(error: unknown): void
}

/**
 * Renews the leases of many verifiers together. One that reports a change as applied goes with the end of this turn of
 * the event loop, since somebody waits for it; one that only goes on is gathered for a moment.
 */
export function renewTogether(renewMany: RenewMany): (report: OwnReport) => Promise<Renewal | undefined> {
  const reported = new LRUCache<string, number>({ max: KNOWN_LEASES })
  let waiting: Waiting[] = []
  let timer: NodeJS.Timeout | undefined
  let isAtOnce = false

  function send(): void {
    clearTimeout(timer)
    timer = undefined
    isAtOnce = false
    const batch = waiting
    waiting = []
    if (batch.length === 0) return
    renewMany(batch.map(({ report }) => report)).then(
      (renewals) => {
        for (const [index, { resolve }] of batch.entries()) resolve(renewals[index])
      },
      (error) => {
        for (const { reject } of batch) reject(error)
      },
    )
  }

  return (report) =>
    new Promise((resolve, reject) => {
      waiting.push({ report, resolve, reject })
      const saysNothingNew = reported.get(report.id) === report.appliedEpoch
      reported.set(report.id, report.appliedEpoch)
      if (saysNothingNew) timer ??= setTimeout(send, GATHER_MS)
      else if (!isAtOnce) {
        isAtOnce = true
        setImmediate(send)
      }
    })
}
