import { setTimeout as delay } from 'node:timers/promises'
import { type Actor, Member, signIn } from '../packages/server/test/support/actors.ts'
import { ADMINISTRATOR, type Node } from './cluster.ts'
import { type Creation, machineNow, type Removal } from './history.ts'

/** How long a token is used before its authority goes, so that everybody has it in memory. */
const LIFE_MS = { least: 300, most: 1500 }
/** … and how long it is tried on, which is longer than a lease. */
const AFTER_MS = 4000

interface Machine {
  readonly path: string
  readonly tokens: readonly { readonly id: string; readonly secret: string }[]
}

export interface Workload {
  readonly creations: readonly Creation[]
  readonly removals: readonly Removal[]
  /** How long each change took from its commit being asked for to its answer, in milliseconds. */
  stop(): Promise<void>
}

interface Hears {
  onToken(id: string, secret: string): void
  /** It is not tried any more. */
  onForgotten(id: string): void
}

/**
 * Makes service accounts with tokens, lets them be used, and takes their authority away in one of three ways, over and
 * over, at any node: what is refused or lost is tried again until it is answered.
 */
export async function startWorkload(
  nodes: readonly Node[],
  random: { below1(): number; between(min: number, max: number): number },
  lanes: number,
  { onToken, onForgotten }: Hears,
): Promise<Workload> {
  const creations: Creation[] = []
  const removals: Removal[] = []
  let isStopped = false
  let names = 0
  const cookie = (await signIn(nodes[0]?.origin ?? '', ADMINISTRATOR)).cookie
  const administrators = nodes.map(({ origin }) => new Member(origin, { id: '', ...ADMINISTRATOR, cookie }))

  /** At one node after the other, until one of them has answered. */
  async function insist(call: (at: Actor) => Promise<{ status: number; body: unknown }>) {
    for (;;) {
      const at = administrators[random.between(0, nodes.length - 1)] as Member
      const answer = await within(call(at), 10_000)
      if (answer !== undefined && answer.status < 300) return { body: answer.body as Record<string, unknown> }
      if (answer !== undefined && answer.status < 500) {
        if (isConflict(answer.status)) return { body: undefined }
        throw new Error(`refused: ${answer.status} ${JSON.stringify(answer.body)}`)
      }
      await delay(50)
    }
  }

  async function create(): Promise<Machine | undefined> {
    const { body: account } = await insist((at) => at.post('/api/v1/service-accounts', { name: `machine ${names++}` }))
    if (account === undefined) return undefined
    const path = `/api/v1/service-accounts/${account['id']}`
    await insist((at) => at.put(`${path}/roles/GlobalTemplateViewer`))
    const tokens: { id: string; secret: string }[] = []
    for (const name of ['one', 'two']) {
      const { body } = await insist((at) => at.post(`${path}/tokens`, { name }))
      if (body === undefined) continue
      const { token, secret } = body as { token: { id: string }; secret: string }
      creations.push({ token: token.id, answered: machineNow() })
      tokens.push({ id: token.id, secret })
      onToken(token.id, secret)
    }
    // Both were made, and the answers lost: nobody has a secret to try.
    return tokens.length === 0 ? undefined : { path, tokens }
  }

  async function remove({ path, tokens }: Machine): Promise<void> {
    const kinds = ['revoked', 'deactivated', 'role taken'] as const
    const kind = kinds[random.between(0, 2)] ?? 'revoked'
    const touched = kind === 'revoked' ? tokens.slice(0, 1) : tokens
    const removal = { kind, tokens: touched.map(({ id }) => id), start: machineNow(), answered: null as number | null }
    removals.push(removal)
    await insist((at) => {
      switch (kind) {
        case 'revoked':
          return at.delete(`${path}/tokens/${touched[0]?.id}`)
        case 'deactivated':
          return at.patch(path, { status: 'deactivated' })
        case 'role taken':
          return at.delete(`${path}/roles/GlobalTemplateViewer`)
      }
    })
    removal.answered = machineNow()
  }

  async function lane(): Promise<void> {
    while (!isStopped) {
      const machine = await create()
      if (machine === undefined) continue
      await delay(random.between(LIFE_MS.least, LIFE_MS.most))
      await remove(machine)
      void delay(AFTER_MS).then(() => {
        for (const { id } of machine.tokens) onForgotten(id)
      })
    }
  }

  const running = Promise.all(Array.from({ length: lanes }, lane))
  return {
    creations,
    removals,
    async stop() {
      isStopped = true
      await running
    },
  }
}

/** A name that a lost answer has taken already. */
const isConflict = (status: number) => status === 409

async function within<Result>(work: Promise<Result>, ms: number): Promise<Result | undefined> {
  return Promise.race([work.catch(() => undefined), delay(ms, undefined)])
}
