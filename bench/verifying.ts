import { Secret } from '../packages/server/src/core/secret.ts'
import { loadRoleCatalogue } from '../packages/server/src/roles/role-catalogue.ts'
import type { Database } from '../packages/server/src/storage/database.ts'
import { createVerifier } from '../packages/server/src/verification/create-verifier.ts'
import { UsageRecorder } from '../packages/server/src/verification/last-used.ts'
import type { TokenVerifier } from '../packages/server/src/verification/token-verifier.ts'

/** As many at once as connections that each wait for their answer. */
const IN_FLIGHT = 64
const ROUND_MS = 1000
const BATCH = 10_000
const presenter = { address: '127.0.0.1', client: 'benchmark/1.0' }

/** Verifiers as the server has them, over one database. */
export function verifiersOver(database: Database, { onDoubt }: { onDoubt?: () => void } = {}) {
  const fail = (error: unknown) => {
    throw error
  }
  const usage = new UsageRecorder(database, fail)
  const options = {
    tokenPrefix: 'ramp',
    catalogue: loadRoleCatalogue(),
    clock: Date.now,
    usage,
    onFailure: fail,
    onDoubt: onDoubt ?? fail,
  }
  return {
    create: () => createVerifier(database, options),
    flush: () => usage.flush(),
    close: () => usage.close(),
  }
}

/** Verifies `count` of the tokens, from the one at `from` on and round about. Each must be accepted. */
export function verifications(
  verifier: TokenVerifier,
  texts: readonly string[],
  { from = 0, count = texts.length }: { readonly from?: number; readonly count?: number } = {},
): Promise<number> {
  return new Promise((resolve) => {
    let asked = 0
    let answered = 0
    let permissions = 0
    const ask = () => {
      const text = texts[(from + asked++) % texts.length] as string
      verifier.verify(new Secret(text), presenter, (verdict) => {
        if (verdict.outcome !== 'active') throw new Error(`refused: ${verdict.outcome}`)
        if (verdict.permissions.has('templates:read')) permissions++
        answered++
        if (asked < count) ask()
        else if (answered === count) resolve(permissions)
      })
    }
    while (asked < Math.min(IN_FLIGHT, count)) ask()
  })
}

/** All in memory; operations a second. */
export async function warmRound(verifier: TokenVerifier, texts: readonly string[], ms = ROUND_MS): Promise<number> {
  const start = performance.now()
  let done = 0
  while (performance.now() - start < ms) done += await verifications(verifier, texts, { from: done, count: BATCH })
  return perSecond(done, start)
}

/** Each token once, by a verifier that has seen nothing; then by the next. */
export async function coldRound(create: () => TokenVerifier, texts: readonly string[]): Promise<number> {
  const start = performance.now()
  let done = 0
  while (performance.now() - start < ROUND_MS) {
    const verifier = create()
    done += await verifications(verifier, texts)
    verifier.close()
  }
  return perSecond(done, start)
}

export function perSecond(count: number, start: number): number {
  return (count / (performance.now() - start)) * 1000
}
