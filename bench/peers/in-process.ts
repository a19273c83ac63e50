import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openSqlite } from '../../packages/server/src/storage/sqlite.ts'
import { perSecond, verifiersOver, warmRound } from '../verifying.ts'
import { openBetterAuth, SETTINGS, type Setting } from './better-auth.ts'

/** `in-process.ts <folder> <RAMP's file> <its tokens> <rounds> <milliseconds a round>`: each in turn, 64 in flight. Prints `Measured`. */
const [folder = '', file = '', tokensFile = '', rounds = '', roundMs = ''] = process.argv.slice(2)
const IN_FLIGHT = 64

/** By contestant. */
export type Measured = Readonly<Record<string, { readonly perSecond: number[]; readonly writesEach: number }>>

interface Contestant {
  /** Verifications a second. */
  round(ms: number): Promise<number>
  /** So far; what waits to be written is written first. */
  writes(): Promise<number>
}

function ramp(): Contestant & { close(): Promise<void> } {
  const database = openSqlite(file)
  const verifiers = verifiersOver(database)
  const verifier = verifiers.create()
  const texts = readFileSync(tokensFile, 'utf8').trim().split('\n')
  const changes = database.writer.prepare('SELECT total_changes() AS n')
  return {
    round: (ms) => warmRound(verifier, texts, ms),
    async writes() {
      await verifiers.flush()
      return Number(changes.get()?.['n'])
    },
    async close() {
      verifier.close()
      await verifiers.close()
      await database.close()
    },
  }
}

async function betterAuth(setting: Setting, count: number): Promise<Contestant> {
  const { verify, keys, writes } = await openBetterAuth(join(folder, `in-process-${setting}.db`), setting, count)
  return {
    async round(ms) {
      const start = performance.now()
      let asked = 0
      const goOn = async () => {
        while (performance.now() - start < ms) await verify(keys[asked++ % keys.length] as string)
      }
      await Promise.all(Array.from({ length: IN_FLIGHT }, goOn))
      return perSecond(asked, start)
    },
    writes: async () => writes(),
  }
}

const own = ramp()
const contestants: Record<string, Contestant> = { ramp: own }
for (const setting of Object.keys(SETTINGS) as Setting[]) contestants[setting] = await betterAuth(setting, 1000)

const measured: Record<string, { perSecond: number[]; writesEach: number }> = {}
// The first round warms up: caches, and the compiler.
for (const contestant of Object.values(contestants)) await contestant.round(Number(roundMs))
const before = new Map<string, number>()
for (const [name, contestant] of Object.entries(contestants)) before.set(name, await contestant.writes())
const verified = new Map<string, number>()
for (let round = 0; round < Number(rounds); round++) {
  for (const [name, contestant] of Object.entries(contestants)) {
    const start = performance.now()
    const rate = await contestant.round(Number(roundMs))
    measured[name] ??= { perSecond: [], writesEach: 0 }
    measured[name].perSecond.push(rate)
    verified.set(name, (verified.get(name) ?? 0) + (rate * (performance.now() - start)) / 1000)
  }
}
for (const [name, contestant] of Object.entries(contestants)) {
  const written = (await contestant.writes()) - (before.get(name) as number)
  const each = measured[name] as { writesEach: number }
  each.writesEach = written / (verified.get(name) as number)
}
await own.close()
process.stdout.write(`${JSON.stringify(measured)}\n`)
process.exit()
