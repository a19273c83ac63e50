import { createVerifier, type FreshnessEvent, type Verifier, type VerifierOptions } from '@ramp/verifier'
import { afterAll, beforeAll, expect } from 'vitest'
import { type TokenHolder, tokenVerifier } from './actors.ts'
import { startServer, type TestServer } from './test-app.ts'

export interface InProcessVerifier extends Verifier {
  /** What it has asked RAMP, address by address: what is not there was decided from memory. */
  readonly asked: readonly string[]
  readonly freshness: readonly FreshnessEvent[]
  /** The outcome for the token, and whether it took a question. */
  outcomeOf(holder: TokenHolder): Promise<{ outcome: string; isFromMemory: boolean }>
  /** Until it answers this token from memory. */
  warm(holder: TokenHolder): Promise<void>
}

/** A verifier in another service that asks `server` at `origin`, by default its own. */
export async function connectVerifier(
  server: TestServer,
  origin = server.origin,
  options: Partial<VerifierOptions> = {},
): Promise<InProcessVerifier> {
  const { secret } = await tokenVerifier(server.origin, server.administrator)
  const asked: string[] = []
  const freshness: FreshnessEvent[] = []
  const verifier = createVerifier({
    url: origin,
    token: secret,
    name: 'the tests',
    ...options,
    onFreshness: (event) => void freshness.push(event),
    fetch(input, init) {
      asked.push(new URL(String(input)).pathname)
      return fetch(input, init)
    },
  })
  const questions = () => asked.filter((path) => path.endsWith('/introspect')).length
  const outcomeOf = async (holder: TokenHolder) => {
    const before = questions()
    const { outcome } = await verifier.verify(`Bearer ${holder.secret}`)
    return { outcome, isFromMemory: questions() === before }
  }
  return {
    ...verifier,
    asked,
    freshness,
    outcomeOf,
    warm: (holder) =>
      expect.poll(() => outcomeOf(holder), { timeout: 10_000 }).toEqual({ outcome: 'active', isFromMemory: true }),
  }
}

/** For the tests of the surrounding `describe`; it asks a server of its own if its calls are not to be counted among others. */
export function useVerifier(server: TestServer, { hasOwnServer = false } = {}): InProcessVerifier {
  let verifier: InProcessVerifier | undefined
  let own: TestServer | undefined
  beforeAll(async () => {
    if (hasOwnServer) own = await startServer(server.engine, { on: server.testDatabase, clock: server.clock })
    verifier = await connectVerifier(server, own?.origin)
  })
  afterAll(async () => {
    await verifier?.close()
    await own?.close()
  })
  return new Proxy({} as InProcessVerifier, {
    get(_target, property: keyof InProcessVerifier) {
      if (verifier === undefined) throw new Error('The verifier starts in beforeAll; use it in tests and hooks.')
      return verifier[property]
    },
  })
}
