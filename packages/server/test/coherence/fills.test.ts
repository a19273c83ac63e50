/** What a node reads while something changes. The order of events is fixed here; the simulation draws it. */
import { type Coherence, type CoherenceListener, coherentCache } from '@ramp/verifier/coherence'
import { beforeEach, describe, expect, test } from 'vitest'
import { credentialCache } from '../../src/verification/credential-cache.ts'
import { type Primary, verifyOver } from '../../src/verification/postgres-verifier.ts'
import type { StoredCredential } from '../../src/verification/stored-credentials.ts'
import type { TokenVerifier, VerifierOptions } from '../../src/verification/token-verifier.ts'
import { ACCOUNT, accountIn, type SimulatedToken, TOKENS, tokenIn } from './simulation/credentials.ts'

const FOREVER = { monotonic: Number.POSITIVE_INFINITY, wall: Number.POSITIVE_INFINITY }
const RUN = 'this run'
const [token] = TOKENS as readonly [SimulatedToken]

/** Two ways of reading, and what the primary says to each. */
const READS = {
  'a token': (verifier: TokenVerifier) =>
    new Promise<void>((resolve) => {
      verifier.verify(token.secret, { address: '192.0.2.1', client: undefined }, () => resolve())
    }),
  'the account of a session': async (verifier: TokenVerifier) => void (await verifier.readPrincipal(ACCOUNT.id)),
}

describe.each(Object.entries(READS))('While a node reads %s', (_what, read) => {
  let verifier: TokenVerifier
  let coherence: Coherence & CoherenceListener
  let answer: (epoch: number) => void
  let cache: ReturnType<typeof credentialCache>

  beforeEach(() => {
    cache = credentialCache(1)
    const read = new Promise<StoredCredential>((resolve) => {
      answer = (epoch) => resolve({ token: tokenIn(epoch, token), account: accountIn(epoch, 0), epoch, run: RUN })
    })
    const primary: Primary = {
      credentials: {
        readTokens: async () => new Map([[token.id, await read]]),
        readAccount: () => read,
      },
      keepCoherent(memory) {
        coherence = coherentCache(memory, { monotonic: () => 0, wall: () => 0 })
        return { ...coherence, async close() {} }
      },
    }
    const options = { tokenPrefix: 'ramp', clock: () => 0, usage: { note() {}, noteRefusal() {} }, onFailure() {} }
    verifier = verifyOver(primary, options as unknown as VerifierOptions, cache)
    coherence.begin(5, RUN)
    coherence.trust(FOREVER)
  })
  const kept = () => cache.accounts.size

  test('nothing changes: it keeps what it has read', async () => {
    const reading = read(verifier)
    answer(5)
    await reading
    expect(kept()).toBe(1)
  })

  test('a doubt comes and goes: it keeps nothing, though nothing is known to have changed', async () => {
    const reading = read(verifier)
    coherence.doubt()
    coherence.begin(5, RUN)
    coherence.trust(FOREVER)
    answer(5)
    await reading
    expect(kept()).toBe(0)
  })

  test.each([
    ['is told of', () => coherence.drop({ epoch: 6, subject: 'token:another' })],
    ['is applied', () => coherence.apply(6, ['token:another'])],
  ])('a change %s: it keeps what shows the change and nothing older', async (_how, change) => {
    const reading = read(verifier)
    change()
    answer(5)
    await reading
    expect(kept()).toBe(0)
  })

  test('a change that the reading shows already is heard of: it keeps what it has read', async () => {
    const reading = read(verifier)
    coherence.apply(6, ['token:another'])
    answer(6)
    await reading
    expect(kept()).toBe(1)
  })

  test('without a lease it keeps nothing', async () => {
    coherence.doubt()
    const reading = read(verifier)
    answer(5)
    await reading
    expect(kept()).toBe(0)
  })
})
