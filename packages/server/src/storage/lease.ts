import type { Registration, Renewal, Report, Told } from '@ramp/verifier/coherence'

/** The rules of leases (docs/coherence.md): what verifiers and those who wait for them agree on. */

/** How long a verifier may trust its cache after a renewal, by the clock of the database (SQLite: of its machine). */
export const LEASE_MS = 3000

/** More changes than this at once, and forgetting everything is cheaper. */
export const MOST_CHANGES = 5000

/** Who holds a lease: a node of RAMP itself, or a verifier inside another service, which comes by HTTP. */
export interface Holder {
  readonly kind: 'node' | 'service'
  /** A host, a service: what an administrator knows it by. */
  readonly name: string
  /** Of its software. */
  readonly version: string
  /** By whose credential it came; null for a node. */
  readonly accountId: string | null
}

/** A lease as an administrator sees it. */
export interface LeaseStanding extends Holder {
  readonly id: string
  readonly appliedEpoch: number
  /** What is left of the lease, in milliseconds; not above 0 if it is over. */
  readonly leaseMs: number
  /** Since when it holds a lease, epoch milliseconds. */
  readonly since: number
}

/** The table of leases, in the hands of whoever gives them. */
export interface Leases {
  register(holder: Holder, formerId: string | undefined, now: number): Promise<Registration>
  /**
   * `dropped` is what the verifier was told of and has dropped besides (PostgreSQL's own nodes). undefined: there is no such
   * lease of this account any more; the verifier has to begin anew.
   */
  renew(report: Report, accountId: string | null, dropped?: readonly Told[]): Promise<Renewal | undefined>
  /** What has changed since, without renewing anything. */
  changesSince(epoch: number): Promise<Renewal>
  release(id: string, accountId: string | null): Promise<void>
  /** All there are, and the epoch that they should have applied. */
  list(): Promise<{ readonly epoch: number; readonly leases: readonly LeaseStanding[] }>
}

/** What a renewal brings, as both engines read it. */
export interface ChangesRow {
  readonly epoch: number
  readonly run: string
  /** Of all that is listed; null if nothing is. */
  readonly oldest: number | null
  /** In the order of epochs, with the epoch of each; one more than `MOST_CHANGES` at most. */
  readonly epochs: readonly number[]
  readonly subjects: readonly string[]
}

/** A gap (the changes between were pruned), or too many to list: everything has to be read anew. */
export function toRenewal({ epoch, run, oldest, epochs, subjects }: ChangesRow, appliedEpoch: number): Renewal {
  const isWhole = oldest !== null && oldest <= appliedEpoch + 1 && subjects.length <= MOST_CHANGES
  return { epoch, run, changes: isWhole ? subjects.filter((_, index) => Number(epochs[index]) > appliedEpoch) : null }
}
