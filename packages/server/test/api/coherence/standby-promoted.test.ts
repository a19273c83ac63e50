/**
 * A real primary with a synchronous standby, which is promoted while the primary stays up and its node stays connected to
 * it, as when only the agent of the primary's host has died. The former primary still reads, and still writes what is not
 * logged; its node must not let anybody in on its word.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { LEASE_MS } from '../../../src/storage/lease.ts'
import { Member, signIn, TokenHolder } from '../../support/actors.ts'
import { ADMINISTRATOR, type OwnPostgres, runSql, startOwnPostgres } from '../../support/own-postgres.ts'
import type { PostgresStandby } from '../../support/postgres-server.ts'
import { startServer, type TestServer } from '../../support/test-app.ts'

let former: OwnPostgres
let standby: PostgresStandby
let formerNode: TestServer
let newNode: TestServer | undefined
let administrator: Member

const nodeOn = (url: string) =>
  startServer('postgres', { on: { url, sql: (text) => runSql(url, text), remove: async () => {} } })
const isAccepted = async (caller: Pick<Member, 'get'>) => (await caller.get('/api/v1/me')).status === 200

beforeAll(async () => {
  former = await startOwnPostgres()
  standby = await former.server.startStandby('standby')
  await former.setSynchronousStandbys('standby')
  const followers = () => former.sql("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")
  await vi.waitFor(async () => expect(await followers()).toHaveLength(1), { timeout: 30_000 })
  formerNode = await nodeOn(former.url)
  administrator = await signIn(formerNode.origin, ADMINISTRATOR)
}, 180_000)
afterAll(async () => {
  await former?.setSynchronousStandbys('')
  await formerNode?.close()
  await newNode?.close()
  await standby?.stop()
  await former?.server.stop()
}, 60_000)

test('What ends at the new primary is accepted nowhere, though the former one goes on reading', async () => {
  const [warm, cold] = [await administrator.token(), await administrator.token()]
  const script = new TokenHolder(formerNode.origin, warm)
  const { statistics } = formerNode.services.verifier
  const missesOfACall = async () => {
    const { cacheMisses } = statistics
    expect(await isAccepted(script)).toBe(true)
    return statistics.cacheMisses - cacheMisses
  }
  await expect.poll(missesOfACall, { timeout: 3 * LEASE_MS }).toBe(0)

  await standby.promote()
  const url = `${standby.url}/ramp`
  newNode = await nodeOn(url)
  const there = new Member(newNode.origin, administrator)
  for (const { id } of [warm, cold]) expect((await there.delete(`/api/v1/tokens/${id}`)).status).toBe(204)
  await there.delete('/api/v1/session')

  const ended = [script, new TokenHolder(formerNode.origin, cold), administrator]
  const waiting = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
  for (const until = performance.now() + 2 * LEASE_MS; performance.now() < until; ) {
    for (const caller of ended) {
      const asking = caller.get('/api/v1/me')
      // An operator who cancels the waiting makes a commit succeed here only. That proves nothing.
      while (!(await Promise.race([asking.then(() => true), delay(200, false)]))) await former.sql(waiting)
      expect(await asking).toMatchObject({ status: 503 })
    }
  }
  expect(await former.sql(`SELECT id FROM token WHERE id = '${warm.id}' AND revoked_at IS NULL`)).toHaveLength(1)

  // With the standby given up, which only an operator who knows does, the former primary counts as one again.
  await former.setSynchronousStandbys('')
  await expect.poll(() => isAccepted(script), { timeout: 20_000 }).toBe(true)
}, 120_000)
