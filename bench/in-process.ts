import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Secret } from '../packages/server/src/core/secret.ts'
import { loadRoleCatalogue } from '../packages/server/src/roles/role-catalogue.ts'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { createVerifier } from '../packages/server/src/verification/create-verifier.ts'
import { UsageRecorder } from '../packages/server/src/verification/last-used.ts'
import type { TokenVerifier } from '../packages/server/src/verification/token-verifier.ts'

/**
 * Verification without HTTP: `in-process.ts <database url> <tokens file> <rounds>`. Rounds of each kind take turns.
 * Prints operations a second: `warm` (all in memory), `cold` (none, each read from the database), `bare` (only SHA-256
 * of the same texts). */
const [databaseUrl = '', tokensFile = '', rounds = '7'] = process.argv.slice(2)
const texts = readFileSync(tokensFile, 'utf8').trim().split('\n')
const database = openDatabase(databaseUrl)
const fail = (error: unknown) => {
  throw error
}
const usage = new UsageRecorder(database, fail)
const options = { tokenPrefix: 'ramp', catalogue: loadRoleCatalogue(), clock: Date.now, usage, onFailure: fail }

const IN_FLIGHT = 64
const ROUND_MS = 1000
const presenter = { address: '127.0.0.1', client: 'benchmark/1.0' }

/** Keeps `IN_FLIGHT` verifications going, as that many connections would, and counts the accepted ones. */
function verifications(verifier: TokenVerifier, from: number, count: number): Promise<number> {
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

async function warmRound(verifier: TokenVerifier): Promise<number> {
  const start = performance.now()
  let done = 0
  while (performance.now() - start < ROUND_MS) done += await verifications(verifier, done, 20_000)
  return perSecond(done, start)
}

/** Each token once, by a verifier that has seen nothing; then by the next. */
async function coldRound(): Promise<number> {
  const start = performance.now()
  let done = 0
  while (performance.now() - start < ROUND_MS) {
    const verifier = createVerifier(database, options)
    done += await verifications(verifier, 0, texts.length)
    verifier.close()
  }
  return perSecond(done, start)
}

function bareRound(): number {
  const start = performance.now()
  let done = 0
  let consumed = 0
  while (performance.now() - start < ROUND_MS) {
    for (const text of texts) consumed += hash('sha256', text, 'buffer')[0] as number
    done += texts.length
  }
  if (consumed === 0) throw new Error('nothing was hashed')
  return perSecond(done, start)
}

function perSecond(count: number, start: number): number {
  return (count / (performance.now() - start)) * 1000
}

async function takeTurns(verifier: TokenVerifier) {
  const result = { warm: [] as number[], cold: [] as number[], bare: [] as number[] }
  await warmRound(verifier)
  await coldRound()
  for (let round = 0; round < Number(rounds); round++) {
    result.warm.push(await warmRound(verifier))
    result.cold.push(await coldRound())
    result.bare.push(bareRound())
  }
  return result
}

const verifier = createVerifier(database, options)
process.stdout.write(`${JSON.stringify(await takeTurns(verifier))}\n`)
verifier.close()
await usage.close()
await database.close()
