import { createServer } from 'node:http'
import { buildApp } from '../packages/server/src/app.ts'
import { readConfig } from '../packages/server/src/config.ts'
import { acceptOnlyForms } from '../packages/server/src/http/form-body.ts'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import {
  IntrospectionAnswer,
  IntrospectionForm,
  IntrospectionQuery,
} from '../packages/server/src/verification/introspection-schemas.ts'

/**
 * The server under load, in a process of its own: `server.ts <database url> [ramp | bare]`. The real app with two
 * routes more that give the same payload, one open, one guarded, and two that turn the noting of usage on and off; `bare` is
 * Node's own server with nothing around it, which lets everything through when a proxy asks. Prints its port.
 */
const [databaseUrl = '', variant = 'ramp'] = process.argv.slice(2)
const PAYLOAD = { templates: Array.from({ length: 5 }, (_, id) => ({ id, name: `Template ${id}`, published: true })) }
/** What `/_auth/verify` and `/oauth2/introspect` answer with; the latter's open route has its schemas, too. */
const ID = '00000000-0000-4000-8000-000000000000'
const HEADERS = {
  'x-ramp-epoch': '100',
  'x-ramp-lease': '0',
  'x-ramp-account': ID,
  'x-ramp-account-kind': 'member',
  'x-ramp-username': ID,
  'x-ramp-roles': 'GlobalTemplateViewer',
  'x-ramp-permissions': 'own-tokens:read,own-tokens:write,templates:comment,templates:read',
  'x-ramp-token-id': 'aaaaaaaaaaaa',
}
const INTROSPECTION = {
  active: true,
  sub: ID,
  username: ID,
  token_type: 'Bearer',
  iat: 1_800_000_000,
  scope: 'own-tokens:read own-tokens:write templates:comment templates:read',
  iss: 'http://127.0.0.1',
  roles: ['GlobalTemplateViewer'],
  account_kind: 'member',
  token_id: 'aaaaaaaaaaaa',
  epoch: 100,
}
const BODY_LENGTH = JSON.stringify(PAYLOAD).length

if (variant === 'bare') {
  const server = createServer((req, res) => {
    // Without a body, as RAMP answers: nginx would not keep the connection otherwise.
    if (req.url === '/_auth/verify') {
      res.writeHead(200, { ...HEADERS, 'content-length': 0 }).end()
      return
    }
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
        'GET /bench/open-headers': { by: ['anonymous'] },
        'POST /bench/open-form': { by: ['anonymous'] },
        'GET /bench/note': { by: ['anonymous'] },
        'GET /bench/note-nothing': { by: ['anonymous'] },
        'GET /bench/guarded': { by: ['session', 'pat', 'service'], permission: 'templates:read' },
      },
      register(router, services) {
        router.get('/bench/open', { schema: { hide: true } }, () => PAYLOAD)
        router.get('/bench/open-headers', { schema: { hide: true } }, (_req, reply) => {
          reply.headers(HEADERS).send()
        })
        router.register(async (scope) => {
          acceptOnlyForms(scope)
          const schema = { hide: true, querystring: IntrospectionQuery, body: IntrospectionForm }
          const response = { 200: IntrospectionAnswer }
          scope.post('/bench/open-form', { schema: { ...schema, response } }, () => INTROSPECTION)
        })
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
