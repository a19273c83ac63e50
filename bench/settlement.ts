import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Registration } from '@ramp/verifier/coherence'
import { LEASE_MS } from '../packages/server/src/storage/lease.ts'
import { openPostgres, type PostgresDatabase } from '../packages/server/src/storage/postgres.ts'
import { setSeveralRevoked } from '../packages/server/src/tokens/token-store.ts'
import { makeDatabase, ONE_ROLE } from './database.ts'
import { SERVER_FLAGS } from './processes.ts'
import { seed } from './seed.ts'
import { type Row, type Spread, spread } from './statistics.ts'

const NODES = [1, 4, 8]
/** The first round is not counted: the compiler of each node has to warm up. */
const ROUNDS = 5
const REVOCATIONS = 200
const BATCH = 100
const BATCHES = 50
const VERIFIERS = 500
const RENEWAL_ROUNDS = 5
const RENEWAL_SECONDS = 4

/** What a change waits for on PostgreSQL, while every node verifies as fast as it can. */
export async function measureSettlement(folder: string, url: string): Promise<Row[]> {
  const { tokens } = await makeDatabase(folder, url, { one: ONE_ROLE })
  const database = openPostgres(url)
  const toRevoke = (await seed(database, { ...ONE_ROLE, tokens: 20_000 })).map((text) => text.slice(9, 21))
  const somebody = await database.read.selectFrom('account').select('id').executeTakeFirstOrThrow()
  const revoke = (count: number) =>
    database.write('maintenance', (trx) => setSeveralRevoked(trx, toRevoke.splice(0, count), somebody.id, Date.now()))
  const rows: Row[] = []
  for (const count of NODES) {
    const nodes = await startNodes(count, url, tokens['one'] as string)
    const waits: number[][] = []
    for (let round = 0; round <= ROUNDS; round++)
      waits.push(await settlementsOf(database, () => revoke(1), REVOCATIONS))
    waits.shift()
    const quantiles = (share: number) => spread(waits.map((ofRound) => quantile(ofRound, share)))
    const what = `settlement with ${count} ${count === 1 ? 'node' : 'nodes'}, ms`
    rows.push({ what: `${what}, median`, value: quantiles(0.5), bound: { atMost: 10 } })
    rows.push({ what: `${what}, 99 of 100`, value: quantiles(0.99), bound: { atMost: 100 } })
    if (count === 4) {
      const began = performance.now()
      for (let batch = 0; batch < BATCHES; batch++) await revoke(BATCH)
      const perSecond = (BATCH * BATCHES * 1000) / (performance.now() - began)
      rows.push({
        what: `revocations settled with 4 nodes, by ${BATCH}, /s`,
        value: alone(perSecond),
        bound: { atLeast: 1000 },
      })
      rows.push(...(await withOneStopped(nodes, () => revoke(1))))
    }
    for (const node of nodes) await stopNode(node)
  }
  rows.push(await costOfRenewals(database))
  await database.close()
  return rows
}

/** Milliseconds that each of so many changes waited after its commit. */
async function settlementsOf(database: PostgresDatabase, change: () => Promise<unknown>, count: number) {
  const waits: number[] = []
  database.settlement.onEnded = (seconds) => void waits.push(seconds * 1000)
  while (waits.length < count) await change()
  return waits
}

/** A node that hangs holds a change up until its lease is over; the others go on. */
async function withOneStopped(nodes: readonly ChildProcess[], change: () => Promise<unknown>): Promise<Row[]> {
  const [stopped, other] = nodes as [ChildProcess, ChildProcess]
  stopped.kill('SIGSTOP')
  // The thread that holds its lease would answer until the signal has reached it.
  while (!isStopped(stopped)) await delay(1)
  const before = await countOf(other)
  const began = performance.now()
  await change()
  const took = performance.now() - began
  const verified = ((await countOf(other)) - before) / (took / 1000)
  stopped.kill('SIGCONT')
  return [
    { what: 'settlement with one of 4 nodes stopped, ms', value: alone(took), bound: { atMost: LEASE_MS + 1000 } },
    { what: 'another node meanwhile, verifications/s', value: alone(verified), bound: { atLeast: 1 } },
  ]
}

/** Whether all threads of a process stand still (Linux). */
function isStopped({ pid }: ChildProcess): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')
    return stat[stat.lastIndexOf(')') + 2] === 'T'
  })
}

/** The share of one core that the database takes for the renewals of many verifiers, each once a second. */
async function costOfRenewals({ leases }: PostgresDatabase): Promise<Row> {
  const holder = { kind: 'service' as const, name: 'bench', version: '', accountId: 'bench' }
  const held: Registration[] = []
  for (let index = 0; index < VERIFIERS; index++) held.push(await leases.register(holder, undefined, Date.now()))
  const shares: number[] = []
  for (let round = 0; round < RENEWAL_ROUNDS; round++) {
    const ticksBefore = postgresTicks()
    const began = performance.now()
    await Promise.all(
      held.map(async ({ id, epoch }, index) => {
        for (let second = 0; second < RENEWAL_SECONDS; second++) {
          await delay(began + (second + index / VERIFIERS) * 1000 - performance.now())
          const report = { id, appliedEpoch: epoch, renewals: round * RENEWAL_SECONDS + second }
          if ((await leases.renew(report, 'bench')) === undefined) throw new Error('a lease was lost')
        }
      }),
    )
    await delay(began + RENEWAL_SECONDS * 1000 - performance.now())
    shares.push((10 * (postgresTicks() - ticksBefore)) / (performance.now() - began))
  }
  for (const { id } of held) await leases.release(id, 'bench')
  return { what: `${VERIFIERS} verifiers’ renewals, share of a core`, value: spread(shares), bound: { atMost: 0.05 } }
}

/** Processor time of all processes of PostgreSQL, in hundredths of a second (Linux). */
function postgresTicks(): number {
  let ticks = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      if (!stat.includes('(postgres)')) continue
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      // With those that have ended: their parent has counted them.
      for (const field of [11, 12, 13, 14]) ticks += Number(fields[field])
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks
}

async function startNodes(count: number, url: string, tokensFile: string): Promise<ChildProcess[]> {
  const program = fileURLToPath(new URL('coherence-node.ts', import.meta.url))
  const nodes = Array.from({ length: count }, () => fork(program, [url, tokensFile], { execArgv: SERVER_FLAGS }))
  await Promise.all(nodes.map((node) => once(node, 'message')))
  return nodes
}

async function countOf(node: ChildProcess): Promise<number> {
  node.send('count')
  const [count] = await once(node, 'message')
  return count as number
}

async function stopNode(node: ChildProcess): Promise<void> {
  node.send('stop')
  await once(node, 'exit')
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number
}

const alone = (value: number): Spread => spread([value])
