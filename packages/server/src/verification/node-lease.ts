import { hostname } from 'node:os'
import type { ConnectionEvents, LeaseConnection, Told } from '@ramp/verifier/coherence'
import type { SessionClient } from '../storage/postgres-client.ts'
import { CHANGE_CHANNEL, postgresLeases } from '../storage/postgres-leases.ts'
import { VERSION } from '../version.ts'

/** How often a lease is renewed when nothing changes. */
const RENEWAL_MS = 1000

/** Connects `client`, over which a node gets and renews its lease, and on which the database also notifies of changes. */
export async function connectNode(client: SessionClient, { lost, told }: ConnectionEvents): Promise<LeaseConnection> {
  client.on('error', lost)
  client.on('notification', ({ payload }) => told(toldBy(payload)))
  const end = () => client.end().catch(() => {})
  try {
    await client.connect()
    // Through a pooler it would be left in a session that others use.
    if (client.hasOwnSession) await client.query(`LISTEN ${CHANGE_CHANNEL}`)
  } catch (error) {
    void end()
    throw error
  }
  const leases = postgresLeases(client)
  const node = { kind: 'node' as const, name: hostname(), version: VERSION, accountId: null }
  return {
    register: (formerId) => leases.register(node, formerId, Date.now()),
    async renew(report, dropped) {
      const renewal = await leases.renew(report, null, dropped)
      if (renewal === undefined) throw new Error('The lease was ended by somebody who could not wait for it.')
      return renewal
    },
    pauseMs: RENEWAL_MS,
    release: (id) => leases.release(id, null),
    end,
  }
}

/** `<epoch> <subject>`, if a transaction changed one thing alone. */
function toldBy(payload = ''): Told | undefined {
  const [, epoch, subject] = /^(\d+) (.+)$/.exec(payload) ?? []
  return subject === undefined ? undefined : { epoch: Number(epoch), subject }
}
