import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { SERVER_FLAGS, startLoad } from './processes.ts'
import { seed } from './seed.ts'
import { type Row, ratios, spread } from './statistics.ts'

const ROUNDS = 7
const TURNS = 20
const TURN_SECONDS = 0.15
const IN_USE = 1000
const PORT = 17_268

const PROGRAM = fileURLToPath(new URL('../packages/server/bin/ramp-server.js', import.meta.url))

/**
 * `serve --workers 2` against `serve`, each at an authenticated route over HTTP. The servers may use all cores, and the
 * load takes one: what a second worker gains depends on how many there are beside that.
 */
export async function measureWorkers(folder: string, { rounds = ROUNDS, turns = TURNS } = {}): Promise<Row[]> {
  const url = `sqlite:${join(folder, 'workers.db')}`
  const database = openDatabase(url)
  await database.migrate()
  const tokensFile = join(folder, 'workers.txt')
  const tokens = await seed(database, { tokens: IN_USE, roles: ['GlobalTemplateViewer'] })
  writeFileSync(tokensFile, tokens.join('\n'))
  await database.close()

  const [alone, together] = [await startRamp(url, PORT, undefined), await startRamp(url, PORT + 1, 2)]
  const load = startLoad()
  const scenarios = {
    one: { url: `${alone.origin}/api/v1/me`, tokensFile },
    two: { url: `${together.origin}/api/v1/me`, tokensFile },
  }
  const one: number[] = []
  const two: number[] = []
  // The first round warms up: caches, and the compiler.
  for (let round = -1; round < rounds; round++) {
    const perSecond = await load.run({ scenarios, turns, until: { seconds: TURN_SECONDS } })
    if (round < 0) continue
    one.push(perSecond['one'] as number)
    two.push(perSecond['two'] as number)
  }
  await Promise.all([alone.stop(), together.stop(), load.stop()])
  return [
    { what: 'HTTP: two workers / one process', value: ratios(two, one) },
    { what: 'HTTP: two workers, requests/s', value: spread(two) },
  ]
}

/** The program itself; resolves when as many serve as were asked for. */
async function startRamp(databaseUrl: string, port: number, workers: number | undefined) {
  const args = workers === undefined ? ['serve'] : ['serve', '--workers', String(workers)]
  const child = spawn(process.execPath, [...SERVER_FLAGS, PROGRAM, ...args], {
    env: {
      ...process.env,
      RAMP_DATABASE_URL: databaseUrl,
      RAMP_PORT: String(port),
      RAMP_LOG_LEVEL: 'error',
      RAMP_ADMIN_USERNAME: 'bench',
      RAMP_ADMIN_PASSWORD: crypto.randomUUID(),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const origin = `http://127.0.0.1:${port}`
  const isUp = async () => {
    const metrics = await fetch(`${origin}/metrics`).then(
      (response) => response.text(),
      () => '',
    )
    return workers === undefined ? metrics !== '' : metrics.includes(`\nramp_workers ${workers}\n`)
  }
  while (!(await isUp())) await delay(50)
  return {
    origin,
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}
