import { setTimeout as delay } from 'node:timers/promises'
import { leaseClient } from '../packages/server/src/storage/postgres-client.ts'
import { signIn, TokenHolder, tokenVerifier } from '../packages/server/test/support/actors.ts'
import { seededRandom } from '../packages/server/test/support/seeded-random.ts'
import { callSteadily, type Tokens } from './call-steadily.ts'
import { checkHistory, type Violation } from './check-history.ts'
import { ADMINISTRATOR, type Node, startCluster, startVerifier } from './cluster.ts'
import { startFaults } from './faults.ts'
import { CallRecorder, type Calls, type Fault, machineNow } from './history.ts'
import { startWorkload } from './workload.ts'

export interface FaultRunOptions {
  readonly seconds: number
  readonly nodes: number
  readonly verifiers: number
  readonly seed: number
  /** How many make and unmake tokens at the same time. */
  readonly lanes?: number
}

export interface FaultReport {
  readonly seed: number
  readonly verifications: number
  readonly changes: number
  readonly unanswered: number
  /** How often each kind of fault was there. */
  readonly faults: Readonly<Record<string, number>>
  readonly unavailable: number
  readonly violations: readonly Violation[]
}

/** Tokens that nobody touches. */
const UNTOUCHED = 10

/** After the last fault: the longest lease, the longest pause before connecting again, and a round of calls. */
const RECOVERY_MS = 10_000

/** Real processes, real faults, and a judge who knows nothing of them but the history. */
export async function runFaults({ seconds, nodes, verifiers, seed, lanes = 4 }: FaultRunOptions): Promise<FaultReport> {
  const random = seededRandom(seed)
  const cluster = await startCluster(nodes)
  try {
    const first = cluster.nodes[0] as Node
    const administrator = await signIn(first.origin, ADMINISTRATOR)
    const services = await Promise.all(
      Array.from({ length: verifiers }, async (_, index) => {
        const { secret } = await tokenVerifier(first.origin, administrator)
        return startVerifier(`verifier ${index + 1}`, cluster.nodes[index % nodes] as Node, secret)
      }),
    )
    const tokens: Tokens = new Map()
    const callers = cluster.nodes.map((node) => {
      const recorder = new CallRecorder(node.name)
      return { recorder, loop: callSteadily(tokens, recorder, (secret) => askNode(node, secret)) }
    })
    const onToken = (id: string, secret: string) => {
      tokens.set(id, secret)
      for (const service of services) service.tell({ add: [id, secret] })
    }
    const onForgotten = (id: string) => {
      tokens.delete(id)
      for (const service of services) service.tell({ drop: id })
    }
    const account = await administrator.post('/api/v1/service-accounts', { name: 'untouched' })
    const path = `/api/v1/service-accounts/${account.body.id}`
    await administrator.put(`${path}/roles/GlobalTemplateViewer`)
    for (let index = 0; index < UNTOUCHED; index++) {
      const { body } = await administrator.post(`${path}/tokens`, { name: `untouched ${index}` })
      onToken(body.token.id, body.secret)
    }

    const workload = await startWorkload(cluster.nodes, random, lanes, { onToken, onForgotten })
    const faults: Fault[] = []
    const crashDatabase = () => killOneBackend(cluster.databaseUrl)
    const scene = { cluster, verifiers: services, crashDatabase }
    const stopFaults = startFaults(scene, random, (fault) => faults.push(fault))
    await delay(seconds * 1000)
    await stopFaults()
    await delay(RECOVERY_MS)
    const recovered = machineNow()
    await workload.stop()
    await delay(1000)

    const calls: Calls[] = []
    for (const { recorder, loop } of callers) {
      await loop.stop()
      calls.push(...recorder.take())
    }
    for (const service of services) {
      calls.push(...(await service.finish()))
      await service.toNode.close()
    }
    const { creations, removals } = workload
    const names = [...cluster.nodes, ...services].map(({ name }) => name)
    return {
      seed,
      verifications: calls.reduce((sum, { count }) => sum + count, 0),
      changes: creations.length + removals.length,
      unanswered: removals.filter(({ answered }) => answered === null).length,
      faults: Object.fromEntries(
        Object.entries(Object.groupBy(faults, ({ kind }) => kind)).map(([kind, each = []]) => [kind, each.length]),
      ),
      unavailable: calls.filter(({ outcome }) => outcome === 'unavailable').length,
      violations: checkHistory({ callers: names, calls, creations, removals, faults, recovered }),
    }
  } finally {
    await cluster.stop()
  }
}

/** One of its processes is killed: the server breaks all connections and recovers, without what is not logged: the leases. */
async function killOneBackend(url: string): Promise<void> {
  const client = leaseClient(url)
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'ramp' AND pid <> pg_backend_pid() LIMIT 1",
    )
    if (rows[0] !== undefined) process.kill(rows[0].pid, 'SIGKILL')
  } catch {
    // Another fault has the database down already.
  } finally {
    void client.end().catch(() => {})
  }
}

/** As a proxy asks: may the holder of this token read templates? */
async function askNode(node: Node, secret: string): Promise<Pick<Calls, 'outcome' | 'reason'>> {
  const holder = new TokenHolder(node.origin, { id: '', secret })
  const answer = await Promise.race([
    holder.get('/_auth/verify?permission=templates:read').catch(() => undefined),
    delay(ANSWER_LIMIT_MS, undefined),
  ])
  if (answer === undefined) return { outcome: 'unavailable', reason: 'no answer' }
  if (answer.status === 200) return { outcome: 'accepted', reason: '' }
  const reason = String(answer.body?.code ?? answer.status)
  return { outcome: answer.status >= 500 ? 'unavailable' : 'refused', reason }
}

const ANSWER_LIMIT_MS = 10_000
