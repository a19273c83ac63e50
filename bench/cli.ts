import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { startServer } from './processes.ts'
import { seed } from './seed.ts'
import { type Row, spread } from './statistics.ts'

const ROUNDS = 7
const TOKENS = 20
const RAMP = fileURLToPath(new URL('../packages/cli/bin/ramp.js', import.meta.url))

/** `ramp tokens list`, from the start of its process to the end, against a server on this machine. */
export async function measureCommandLine(folder: string): Promise<Row[]> {
  const url = `sqlite:${join(folder, 'cli.db')}`
  const database = openDatabase(url)
  await database.migrate()
  const [token = ''] = await seed(database, {
    tokens: TOKENS,
    roles: ['GlobalTemplateViewer'],
    tokensPerAccount: TOKENS,
  })
  await database.close()
  const server = await startServer(url, 'ramp', { isPinned: false })
  const env = {
    ...process.env,
    RAMP_URL: server.origin,
    RAMP_TOKEN: token,
    XDG_CONFIG_HOME: folder,
    NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
  }
  const list = async () => {
    const started = performance.now()
    const child = spawn(process.execPath, [RAMP, 'tokens', 'list'], { env, stdio: 'ignore' })
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`ramp tokens list ended with ${code}`)
    return performance.now() - started
  }
  const times: number[] = []
  try {
    // The first fills the compile cache, as the first command after an installation does.
    await list()
    for (let round = 0; round < ROUNDS; round++) times.push(await list())
  } finally {
    await server.stop()
  }
  return [{ what: 'ramp tokens list, start to end, ms', value: spread(times), bound: { atMost: 200 } }]
}
