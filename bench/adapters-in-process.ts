import { readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createVerifier } from '@ramp/verifier'
import { requireToken as forExpress } from '@ramp/verifier/express'
import { requireToken as forFastify } from '@ramp/verifier/fastify'
import { requireToken as forHono } from '@ramp/verifier/hono'
import { requireToken as forNode } from '@ramp/verifier/node'
import { requireToken as forWeb } from '@ramp/verifier/web'

/**
 * What the adapters of @ramp/verifier cost: `adapters-in-process.ts <RAMP's address> <file: a verifier's token, then those of
 * clients> <rounds>`. Prints microseconds of processor time a request, by round. The requests are ready beforehand, as a framework
 * has them when it calls its middleware.
 */
const [url = '', file = '', rounds = '7'] = process.argv.slice(2)
const [token = '', ...presented] = readFileSync(file, 'utf8').trim().split('\n')
let becomesFresh = () => {}
const fresh = new Promise<void>((resolve) => {
  becomesFresh = resolve
})
const verifier = createVerifier({ url, token, name: 'benchmark', onFreshness: () => becomesFresh() })
const TURN_MS = 200
const CLIENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const ADDRESS = '127.0.0.1'
const requirement = { permission: 'templates:read' }

const requests = presented.map((secret) => {
  const headers = { host: 'runbooks.example', 'user-agent': CLIENT, accept: '*/*', authorization: `Bearer ${secret}` }
  const node = {
    headers,
    rawHeaders: Object.entries(headers).flat(),
    socket: { remoteAddress: ADDRESS },
  }
  return { node, web: new Request('http://runbooks.example/', { headers }) }
})
type Prepared = (typeof requests)[number]

const refused = (): never => {
  throw new Error('refused')
}
const [express, fastify] = [forExpress(verifier, requirement), forFastify(verifier, requirement)]
const [hono, node, web] = [
  forHono(verifier, { ...requirement, address: () => ADDRESS }),
  forNode(verifier, requirement),
  forWeb(verifier, requirement),
]
const CALLER = { ramp: undefined as never, ip: ADDRESS }

/** Each calls back when the request is let in. */
const adapters: Readonly<Record<string, (request: Prepared, letIn: () => void) => unknown>> = {
  verify: ({ node: { headers } }, letIn) =>
    verifier
      .verify(headers.authorization, { ...requirement, address: ADDRESS, client: CLIENT })
      .then(({ outcome }) => (outcome === 'active' ? letIn() : refused())),
  express: (request, letIn) => express({ ...request.node, ...CALLER }, { writeHead: refused }, letIn),
  fastify: (request, letIn) => fastify({ raw: request.node, ...CALLER } as never, { code: refused }, letIn),
  hono: ({ web }, letIn) =>
    hono(
      { req: { header: (name: string) => web.headers.get(name) ?? undefined }, set() {}, body: refused } as never,
      async () => letIn(),
    ),
  node: (request, letIn) => node({ ...request.node }, { writeHead: refused }).then(letIn),
  web: ({ web: request }, letIn) =>
    web(request, ADDRESS).then((caller) => (caller instanceof Response ? refused() : letIn())),
}

function once(adapter: (request: Prepared, letIn: () => void) => unknown): Promise<void> {
  return new Promise((resolve) => {
    let left = requests.length
    for (const request of requests) adapter(request, () => --left === 0 && resolve())
  })
}

async function turn(adapter: (request: Prepared, letIn: () => void) => unknown): Promise<number> {
  const [began, before] = [performance.now(), process.cpuUsage()]
  let done = 0
  for (; performance.now() - began < TURN_MS; done += requests.length) {
    await once(adapter)
    // The verifier's lease is renewed by this thread, too.
    await nextTurn()
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / done
}

const result = Object.fromEntries(Object.keys(adapters).map((name) => [name, [] as number[]]))
await fresh
for (const secret of presented) await verifier.verify(`Bearer ${secret}`)
// The first round warms up the compiler.
for (let round = -1; round < Number(rounds); round++) {
  for (const [name, adapter] of Object.entries(adapters)) {
    const microseconds = await turn(adapter)
    if (round >= 0) (result[name] as number[]).push(microseconds)
  }
}
process.stdout.write(`${JSON.stringify(result)}\n`)
await verifier.close()
