import { hostname } from 'node:os'
import {
  type Coherence,
  keepCoherent,
  type LeaseConnection,
  type StaleState,
  type Time,
} from '@ramp/verifier/coherence'
import type { PostgresDatabase } from '../storage/postgres.ts'
import { CHANGE_CHANNEL, postgresLeases } from '../storage/postgres-leases.ts'
import { VERSION } from '../version.ts'

/** How often a lease is renewed when nothing changes. */
const RENEWAL_MS = 1000

interface Hears {
  onDoubt(error: unknown): void
  onRenewed(): void
  /** The clocks and timers of the platform, if not given. */
  readonly time?: Time
}

/** Keeps a cache of this node equal to a PostgreSQL primary, over one connection, on which the database also notifies. */
export function postgresCoherence(
  database: Pick<PostgresDatabase, 'openClient'>,
  cache: StaleState,
  hears: Hears,
): Coherence {
  return keepCoherent({
    cache,
    ...hears,
    async connect({ lost, told }): Promise<LeaseConnection> {
      const client = database.openClient()
      client.on('error', lost)
      client.on('notification', told)
      const end = () => client.end().catch(() => {})
      try {
        await client.connect()
        await client.query(`LISTEN ${CHANGE_CHANNEL}`)
      } catch (error) {
        void end()
        throw error
      }
      const leases = postgresLeases(client)
      const node = { kind: 'node' as const, name: hostname(), version: VERSION, accountId: null }
      return {
        register: (formerId) => leases.register(node, formerId, Date.now()),
        async renew(report) {
          const renewal = await leases.renew(report, null)
          if (renewal === undefined) throw new Error('The lease was ended by somebody who could not wait for it.')
          return renewal
        },
        pauseMs: RENEWAL_MS,
        release: (id) => leases.release(id, null),
        end,
      }
    },
  })
}
