import { createServer } from 'node:http'
import { buildApp } from '../packages/server/src/app.ts'
import { readConfig } from '../packages/server/src/config.ts'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'

/**
 * The server under load, in a process of its own: `server.ts <database url> [ramp | bare]`. The real app with two
 * routes more that give the same payload, one open, one guarded; `bare` is Node's own server with nothing around it.
 * Prints its port.
 */
const [databaseUrl = '', variant = 'ramp'] = process.argv.slice(2)
const PAYLOAD = { templates: Array.from({ length: 5 }, (_, id) => ({ id, name: `Template ${id}`, published: true })) }
const BODY_LENGTH = JSON.stringify(PAYLOAD).length

let noteUsage = (_isNoted: boolean) => {}

if (variant === 'bare') {
  const server = createServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': BODY_LENGTH })
    res.end(JSON.stringify(PAYLOAD))
  })
  server.listen(0, '127.0.0.1', () => announce((server.address() as { port: number }).port))
} else {
  const config = readConfig({ RAMP_DATABASE_URL: databaseUrl, RAMP_PORT: '0', RAMP_LOG_LEVEL: 'error' })
  const database = openDatabase(databaseUrl)
  await database.migrate()
  const app = await buildApp({
    config,
    database,
    extra: {
      access: {
        'GET /bench/open': { by: ['anonymous'] },
        'GET /bench/guarded': { by: ['session', 'pat', 'service'], permission: 'templates:read' },
      },
      register(router) {
        router.get('/bench/open', { schema: { hide: true } }, () => PAYLOAD)
        router.get('/bench/guarded', { schema: { hide: true } }, () => PAYLOAD)
      },
    },
  })
  const { usage } = app.services
  const note = usage.note.bind(usage)
  noteUsage = (isNoted) => {
    usage.note = isNoted ? note : () => {}
  }
  const address = await app.listen({ host: config.host, port: config.port })
  announce(Number(new URL(address).port))
}

function announce(port: number): void {
  process.stdout.write(`${JSON.stringify({ port })}\n`)
}

type Order = 'memory' | 'note usage' | 'note no usage'

// What the benchmark asks between rounds: how much memory this process holds, and to go on without noting usage.
process.on('message', (order: Order) => {
  if (order === 'memory') process.send?.({ rssMiB: process.memoryUsage.rss() / 2 ** 20 })
  else {
    noteUsage(order === 'note usage')
    process.send?.({})
  }
})
