import { afterAll, beforeAll } from 'vitest'
import type { Engine } from '../../src/storage/database.ts'
import { TokenHolder } from './actors.ts'
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts'
import { startServer, type TestServer, useServer } from './test-app.ts'

export interface Nodes {
  /** The one that the tests' members sign in to. */
  readonly first: TestServer
  /** All of them, the first included. */
  all(): readonly TestServer[]
  /** The same token, presented to each. */
  everywhere(token: TokenHolder): readonly TokenHolder[]
}

/** Several servers on one database, as behind a load balancer; each has its own connections, caches and port. */
export function useNodes(engine: Engine, count = 3): Nodes {
  const first = useServer(engine)
  const others: TestServer[] = []
  beforeAll(async () => {
    while (others.length < count - 1) {
      others.push(await startServer(engine, { on: first.testDatabase, clock: first.clock }))
    }
  })
  afterAll(async () => {
    for (const node of others) await node.close()
  })
  const all = () => [first, ...others]
  return { first, all, everywhere: (token) => all().map((node) => new TokenHolder(node.origin, token)) }
}

/** A further server on the database of `server`, by a network that can be cut or stalled. */
export function useDistantNode(server: TestServer): { readonly network: TcpProxy; readonly node: TestServer } {
  let network: TcpProxy | undefined
  let node: TestServer | undefined
  beforeAll(async () => {
    const url = new URL(server.testDatabase.url)
    network = await tcpProxy(Number(url.port))
    url.port = String(network.port)
    node = await startServer('postgres', { on: { ...server.testDatabase, url: url.href } })
  })
  afterAll(async () => {
    await network?.cut()
    await node?.close()
  })
  return {
    get network() {
      return started(network)
    },
    get node() {
      return started(node)
    },
  }
}

function started<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error('It starts in beforeAll; use it in tests and hooks.')
  return part
}
