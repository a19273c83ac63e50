import type { DatabaseSync } from 'node:sqlite'
import type { Machine, sqliteLeases } from '../../../src/storage/sqlite-leases.ts'

type SqliteLeases = ReturnType<typeof sqliteLeases>

/** What the servers get wrong, in the simulations that have to fail. */
export interface ServerFlaws {
  /** Leases that are over are passed over, not deleted. */
  readonly passesOver?: boolean
  /** A renewal reports what it brings. */
  readonly reportsUnapplied?: boolean
  /** A renewal without a row looks like one with it. */
  readonly ignoresRows?: boolean
  /** Leases of another run are not waited for. */
  readonly forgetsLoss?: boolean
  /** … but by the change that is the first to find out. */
  readonly forgetsLossSoon?: boolean
  /** A copy of the file is taken for the file. */
  readonly missesCopies?: boolean
  /** Which run it is is noted when the first verifier comes. */
  readonly notesLate?: boolean
  /** A lease ends sooner than whoever holds it is told. */
  readonly shortensLeases?: boolean
  /** What was pruned is not told. */
  readonly hidesGaps?: boolean
  readonly answersUnsettled?: boolean
  readonly answersRepetitions?: boolean
}

const SHORTER_MS = 500

/** The real leases, with a rule broken. */
export function flawed(real: SqliteLeases, db: DatabaseSync, machine: Machine, flaws: ServerFlaws): SqliteLeases {
  const { leases } = real
  const run = (sql: string, ...values: (string | number)[]) => db.prepare(sql).all(...values)

  function shorten(id: string): void {
    if (flaws.shortensLeases) run(`UPDATE verifier SET lease_until = lease_until - ${SHORTER_MS} WHERE id = ?`, id)
  }

  function leastApplied(from: number): number {
    const [row] = run('SELECT min(applied_epoch) AS applied FROM verifier WHERE lease_until >= ?', from)
    return (row?.['applied'] as number | null) ?? Number.POSITIVE_INFINITY
  }

  return {
    ...real,
    leases: {
      ...leases,
      async register(...given) {
        const registration = await leases.register(...given)
        shorten(registration.id)
        return registration
      },
      async renew(report, accountId) {
        const { id, appliedEpoch } = report
        const renewed = await leases.renew(report, accountId)
        if (renewed === undefined) return flaws.ignoresRows ? leases.changesSince(appliedEpoch) : undefined
        shorten(id)
        if (flaws.reportsUnapplied) run('UPDATE verifier SET applied_epoch = ? WHERE id = ?', renewed.epoch, id)
        return flaws.hidesGaps ? { ...renewed, changes: renewed.changes ?? [] } : renewed
      },
      async changesSince(epoch) {
        const renewal = await leases.changesSince(epoch)
        return flaws.hidesGaps ? { ...renewal, changes: renewal.changes ?? [] } : renewal
      },
    },
    async settledEpoch(epoch) {
      if (flaws.passesOver) return leastApplied(machine.monotonicMs())
      const settled = await real.settledEpoch(epoch)
      return settled === -1 && flaws.forgetsLoss ? leastApplied(Number.NEGATIVE_INFINITY) : settled
    },
    async concerns(trx) {
      if (flaws.forgetsLossSoon) return run('SELECT 1 FROM verifier').length > 0
      return real.concerns(trx)
    },
  }
}
