import { afterAll, beforeAll } from 'vitest'
import type { Engine } from '../../src/storage/database.ts'
import { TokenHolder } from './actors.ts'
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
