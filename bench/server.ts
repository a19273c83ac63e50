import { createServer } from 'node:http'
import { buildApp } from '../packages/server/src/app.ts'
import { readConfig } from '../packages/server/src/config.ts'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'

/**
 * The server under load, in a process of its own: `server.ts <database url> [ramp | bare]`. The real app with two
 * routes more that give the same payload, one open, one guarded, and two that turn the noting of usage on and off; `bare` is Node's own server with nothing around it.
 * Prints its port.
 */
const [databaseUrl = '', variant = 'ramp'] = process.argv.slice(2)
const PAYLOAD = { templates: Array.from({ length: 5 }, (_, id) => ({ id, name: `Template ${id}`, published: true })) }
const BODY_LENGTH = JSON.stringify(PAYLOAD).length

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
        'GET /bench/note': { by: ['anonymous'] },
        'GET /bench/note-nothing': { by: ['anonymous'] },
        'GET /bench/guarded': { by: ['session', 'pat', 'service'], permission: 'templates:read' },
      },
      register(router, services) {
        router.get('/bench/open', { schema: { hide: true } }, () => PAYLOAD)
        router.get('/bench/guarded', { schema: { hide: true } }, () => PAYLOAD)
        const { usage } = services
        const note = usage.note.bind(usage)
        for (const [path, instead] of [
          ['/bench/note', note],
          ['/bench/note-nothing', () => {}],
        ] as const) {
          router.get(path, { schema: { hide: true } }, () => {
            usage.note = instead
            return PAYLOAD
          })
        }
      },
    },
  })
  const address = await app.listen({ host: config.host, port: config.port })
  announce(Number(new URL(address).port))
}

function announce(port: number): void {
  process.stdout.write(`${JSON.stringify({ port })}\n`)
}

// Asked by the benchmark: how much memory this process holds.
process.on('message', () => process.send?.(process.memoryUsage.rss() / 2 ** 20))
