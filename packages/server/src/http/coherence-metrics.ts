import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Services } from '../services.ts'

/** What shows whether changes count everywhere at once: how long they wait, for whom, and what this process may believe. */
export function registerCoherenceMetrics(registry: Registry, { database, verifier }: Services): void {
  const registers = [registry]
  const { statistics } = verifier

  const settlement = new Histogram({
    name: 'ramp_settlement_seconds',
    help: 'How long a committed change waited until every verifier had applied it or had lost its lease.',
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 3, 5],
    registers,
  })
  const unconfirmed = new Counter({
    name: 'ramp_settlements_unconfirmed_total',
    help: 'Changes that are stored, but were answered 503 settlement_unconfirmed.',
    registers,
  })
  database.settlement.onEnded = (seconds, isConfirmed) => {
    if (isConfirmed) settlement.observe(seconds)
    else unconfirmed.inc()
  }

  new Gauge({
    name: 'ramp_lease_remaining_seconds',
    help: 'For how much longer this process believes what it has in memory if it hears nothing more; 0: it reads the database. PostgreSQL only.',
    registers,
    aggregator: 'min',
    collect() {
      this.set(verifier.freshness().leaseMs / 1000)
    },
  })
  new Counter({
    name: 'ramp_lease_doubts_total',
    help: 'How often this process dropped its lease and everything in memory. PostgreSQL only.',
    registers,
    collect() {
      this.reset()
      this.inc(statistics.doubts)
    },
  })
  new Counter({
    name: 'ramp_verification_fills_discarded_total',
    help: 'Readings that were used once and not kept, since something changed meanwhile. PostgreSQL only.',
    registers,
    collect() {
      this.reset()
      this.inc(statistics.fillsDiscarded)
    },
  })
  const lag = new Gauge({
    name: 'ramp_verifier_lag_changes',
    help: 'How many changes the verifier that is furthest behind, of those with a live lease, has still to apply.',
    registers,
    aggregator: 'max',
  })
  new Gauge({
    name: 'ramp_verifiers',
    help: 'Verifiers of the whole installation, by kind and state.',
    labelNames: ['kind', 'state'],
    registers,
    // Each worker says the same.
    aggregator: 'max',
    async collect() {
      this.reset()
      const standing = await database.leases.list().catch(() => undefined)
      if (standing === undefined) return
      const live = standing.leases.filter(({ leaseMs }) => leaseMs > 0)
      lag.set(Math.max(0, ...live.map(({ appliedEpoch }) => standing.epoch - appliedEpoch)))
      for (const { kind, leaseMs, appliedEpoch } of standing.leases) {
        this.inc({ kind, state: leaseMs <= 0 ? 'over' : appliedEpoch < standing.epoch ? 'behind' : 'up_to_date' })
      }
    },
  })
}
