import { mutationsOf } from '../mutations-of.ts'

const SIMULATION = ['coherence/simulation']

/** A change is answered only when every verifier with a live lease has applied it. */
export const SETTLEMENT = [
  ...mutationsOf(
    'packages/server/src/storage/settlement.ts',
    ['coherence/settlement', 'coherence/settlement-limit'],
    [
      [
        'if (waiter.epoch <= settledEpoch) this.#end(waiter)',
        'if (waiter.epoch <= settledEpoch + 1) this.#end(waiter)',
        'A change is answered before the last verifier has applied it.',
      ],
      [
        "this.#end(waiter, new Problem('settlement_unconfirmed'))\n",
        'this.#end(waiter)\n',
        'A change is answered as settled after the limit.',
      ],
      [
        "this.#end(waiter, new Problem('settlement_unconfirmed', { cause: error }))",
        'this.#end(waiter)',
        'A change is answered as settled although nobody knows.',
      ],
      [
        'const judged = this.#waiters\n      this.#waiters = []\n      const left = await this.#judge(judged)',
        'const left = await this.#judge(this.#waiters)\n      this.#waiters = []',
        'A change that arrives during a look is forgotten or judged by it.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/storage/lease.ts',
    [...SIMULATION, 'coherence/services-simulation'],
    [
      ['oldest <= appliedEpoch + 1', 'oldest <= appliedEpoch + 2', 'A verifier misses a pruned change.'],
      [
        'oldest !== null && oldest',
        'oldest === null || oldest',
        'A verifier misses changes when the list was emptied.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/storage/sqlite.ts',
    ['api/verifiers/in-process', 'coherence/services-simulation'],
    [
      [
        'if (isAwaited) await settlement.settled(epoch)\n      return result\n    },\n    async note',
        'return result\n    },\n    async note',
        'SQLite: a change is answered before verifiers in services have applied it.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/storage/sqlite-leases.ts',
    ['coherence/services-simulation', 'api/verifiers/in-process'],
    [
      [
        'if (now < since + LEASE_MS) return -1',
        '',
        'SQLite: after a power cut, a change is answered before old leases have ended.',
      ],
      [
        "query('DELETE FROM verifier WHERE applied_epoch < ? AND lease_until < ?', epoch, now)",
        "query('DELETE FROM verifier WHERE applied_epoch < ?', epoch)",
        'SQLite: a live lease is ended to answer sooner.',
      ],
      [
        'WHERE id = ? AND renewals = ? AND account_id IS ? RETURNING id',
        'WHERE id = ? AND (renewals = ? OR true) AND account_id IS ? RETURNING id',
        'SQLite: a late renewal revives a lease.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/storage/postgres-leases.ts',
    ['api/verifiers/in-process', 'api/coherence/postgres-lease', 'coherence/simulation'],
    [
      [
        'if (run_since === null || now < run_since + LEASE_MS) return -1',
        '',
        'After a failover, a change is answered before old leases have ended.',
      ],
      [
        'WHERE applied_epoch < $1 AND lease_until <',
        'WHERE applied_epoch < $1 AND 0 <',
        'A live lease is ended to answer sooner.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/verifiers/verifier-routes.ts',
    ['api/verifiers/in-process'],
    [
      [
        'token.allowedAddresses !== null || token.policyAddresses !== null',
        'token.allowedAddresses !== null',
        "Verifiers in services ignore the policy's addresses.",
      ],
      [
        'token.allowedAddresses !== null || token.policyAddresses !== null',
        'token.policyAddresses !== null',
        "Verifiers in services ignore a token's own addresses.",
      ],
      [
        'await leases.release(req.params.id, accountOf(req.actor))',
        'await leases.release(req.params.id, null)',
        'An account cannot end its own lease.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/storage/sqlite.ts',
    ['api/verifiers/in-process', 'coherence/services-simulation'],
    [
      [
        'isAwaited: await verifiers.concerns(trx) }',
        'isAwaited: epoch > before && (await verifiers.concerns(trx)) }',
        'SQLite: a repetition is answered before what it repeats has settled.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/storage/sqlite-leases.ts',
    ['api/verifiers/in-process'],
    [
      [
        "query('DELETE FROM verifier WHERE id = ? AND account_id IS ?', id, accountId))",
        "query('DELETE FROM verifier WHERE id = ?', id))",
        "SQLite: an account ends another account's lease.",
      ],
      [
        "query('DELETE FROM verifier WHERE id = ? AND account_id IS ?', formerId, accountId)",
        "query('DELETE FROM verifier WHERE id = ?', formerId)",
        "SQLite: an account ends another account's lease by naming it as its former one.",
      ],
      [
        'lease_until = ?\n          WHERE id = ? AND renewals = ? AND account_id IS ?',
        'lease_until = ?\n          WHERE id = ? AND renewals = ? AND (true OR account_id IS ?)',
        "SQLite: an account renews another account's lease.",
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/storage/postgres-leases.ts',
    ['api/verifiers/in-process'],
    [
      [
        'WHERE id = $1 AND account_id IS NOT DISTINCT FROM $2',
        'WHERE id = $1 AND (true OR account_id IS NOT DISTINCT FROM $2)',
        "An account ends another account's lease.",
      ],
      [
        'WHERE id = $2 AND account_id IS NOT DISTINCT FROM $6',
        'WHERE id = $2 AND (true OR account_id IS NOT DISTINCT FROM $6)',
        "An account ends another account's lease by naming it as its former one.",
      ],
      [
        'AND verifier.account_id IS NOT DISTINCT FROM report.account_id',
        '',
        "An account renews another account's lease.",
      ],
    ],
  ),
]
