import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster, Node, VerifierProcess } from './cluster.ts'
import { type Fault, machineNow } from './history.ts'

type Random = { below1(): number; between(min: number, max: number): number }

interface Scene {
  readonly cluster: Cluster
  readonly verifiers: readonly VerifierProcess[]
  crashDatabase(): Promise<void>
}

/** What can go wrong: does it, keeps it up for a while, undoes it. Returns whom it keeps from deciding. */
type Kind = (scene: Scene, random: Random) => Promise<readonly string[]>

/** A caller is named after the node it calls; a verifier depends on its node, too. */
const callersAt = ({ verifiers }: Scene, node: Node) => [
  node.name,
  ...verifiers.filter((verifier) => verifier.node === node.name).map(({ name }) => name),
]

const everybody = ({ cluster, verifiers }: Scene) => [...cluster.nodes, ...verifiers].map(({ name }) => name)

const someNode = ({ cluster: { nodes } }: Scene, random: Random) => nodes[random.between(0, nodes.length - 1)] as Node

const someVerifier = ({ verifiers }: Scene, random: Random) =>
  verifiers[random.between(0, verifiers.length - 1)] as VerifierProcess

export const FAULTS: Readonly<Record<string, Kind>> = {
  async 'node stopped (SIGSTOP)'(scene, random) {
    const node = someNode(scene, random)
    node.process().kill('SIGSTOP')
    await delay(random.between(200, 6000))
    node.process().kill('SIGCONT')
    return callersAt(scene, node)
  },
  async 'node killed and restarted'(scene, random) {
    const node = someNode(scene, random)
    node.process().kill('SIGKILL')
    await delay(random.between(0, 1000))
    await node.restart()
    return callersAt(scene, node)
  },
  async 'node cut off from the database'(scene, random) {
    return onPath(scene, random, 'cut')
  },
  async 'node’s packets swallowed (half-open)'(scene, random) {
    return onPath(scene, random, 'stalled')
  },
  async 'node’s network slow'(scene, random) {
    await onPath(scene, random, { slowMs: random.between(5, 100) })
    return []
  },
  async 'node’s wall clock set'(scene, random) {
    const node = someNode(scene, random)
    node.process().send({ clockOffsetMs: random.between(-600_000, 600_000) }, () => {})
    await delay(random.between(200, 3000))
    if (node.process().connected) node.process().send({ clockOffsetMs: 0 }, () => {})
    return []
  },
  async 'verifier stopped (SIGSTOP)'(scene, random) {
    const verifier = someVerifier(scene, random)
    verifier.process().kill('SIGSTOP')
    await delay(random.between(200, 6000))
    verifier.process().kill('SIGCONT')
    return [verifier.name]
  },
  async 'verifier killed and replaced'(scene, random) {
    const verifier = someVerifier(scene, random)
    await verifier.kill()
    await delay(random.between(0, 1000))
    verifier.restart()
    return [verifier.name]
  },
  async 'verifier’s wall clock set'(scene, random) {
    const verifier = someVerifier(scene, random)
    verifier.tell({ clockOffsetMs: random.between(-600_000, 600_000) })
    await delay(random.between(200, 3000))
    verifier.tell({ clockOffsetMs: 0 })
    return []
  },
  async 'verifier cut off from its node'(scene, random) {
    const verifier = someVerifier(scene, random)
    verifier.toNode.set('cut')
    await delay(random.between(100, 4000))
    verifier.toNode.set('open')
    return [verifier.name]
  },
  async 'verifier’s packets swallowed (half-open)'(scene, random) {
    const verifier = someVerifier(scene, random)
    verifier.toNode.set('stalled')
    await delay(random.between(100, 5000))
    verifier.toNode.set('open')
    return [verifier.name]
  },
  async 'database restarted'(scene) {
    await scene.cluster.postgres.restart()
    return everybody(scene)
  },
  async 'database crashed'(scene) {
    await scene.crashDatabase()
    return everybody(scene)
  },
}

async function onPath(scene: Scene, random: Random, condition: Parameters<Node['toDatabase']['set']>[0]) {
  const node = someNode(scene, random)
  node.toDatabase.set(condition)
  await delay(random.between(100, 5000))
  node.toDatabase.set('open')
  return callersAt(scene, node)
}

/** One fault after the other, sometimes two at once, until stopped. */
export function startFaults(scene: Scene, random: Random, onFault: (fault: Fault) => void) {
  let isStopped = false
  const kinds = Object.entries(FAULTS)
  const lane = async (pauseMs: number) => {
    while (!isStopped) {
      await delay(random.between(0, pauseMs))
      if (isStopped) return
      const [kind, cause] = kinds[random.between(0, kinds.length - 1)] as [string, Kind]
      const from = machineNow()
      const callers = await cause(scene, random)
      onFault({ kind, callers, from, to: machineNow() })
    }
  }
  const running = Promise.all([lane(1500), lane(4000)])
  return async () => {
    isStopped = true
    await running
  }
}
