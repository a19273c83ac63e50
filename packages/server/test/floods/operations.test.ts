import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { Actor } from '../support/actors.ts'
import { createDatabase, onBothEngines } from '../support/databases.ts'
import { send } from '../support/http-client.ts'
import { startServerProcess } from '../support/server-process.ts'
import { startServer, useServer } from '../support/test-app.ts'

const OPERATIONS = ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs', '/docs/', '/docs/json', '/docs/yaml']

describe('The reference pages', () => {
  const server = useServer('sqlite')

  test.each([
    ['/openapi.json', /^application\/json/],
    ['/docs', /^text\/html/],
    ['/docs/', /^text\/html/],
    ['/docs/json', /^application\/json/],
    ['/docs/yaml', /^application\/x-yaml/],
    ['/docs/static/swagger-ui-bundle.js', /javascript/],
    ['/docs/static/swagger-initializer.js', /javascript/],
  ])('%s is made once and can be revalidated', async (path, type) => {
    const first = await server.anonymous.get(path)
    expect(first.status).toBe(200)
    expect(first.headers['content-type']).toMatch(type)
    const again = await server.anonymous.get(path, { 'if-none-match': first.headers.etag ?? '' })
    expect([again.status, again.body]).toEqual([304, null])
    expect(await server.anonymous.get(path)).toMatchObject({ body: first.body, headers: { etag: first.headers.etag } })
  })

  test('are made from one writing of the document, however many ask at once', async () => {
    const fresh = await startServer('sqlite')
    try {
      const swagger = fresh.app.swagger.bind(fresh.app)
      let written = 0
      fresh.app.swagger = ((...given: []) => {
        written++
        return swagger(...given)
      }) as typeof swagger
      const paths = ['/openapi.json', '/docs/json', '/docs/yaml']
      await Promise.all(Array.from({ length: 30 }, (_, index) => fresh.anonymous.get(paths[index % 3] as string)))
      expect(written).toBe(1)
    } finally {
      await fresh.close()
    }
  })

  test.each([
    '/docs/static/..%2fpackage.json',
    '/docs/static/no-such-file.js',
    '/docs/other',
    '/docs/static//index.css',
  ])('%s is not there', async (path) => {
    expect((await server.anonymous.get(path)).status).toBe(404)
  })
})

onBothEngines('Metrics', (engine) => {
  test('are gathered at most once a second, however many ask', async () => {
    const server = await startServer(engine)
    try {
      const { leases } = server.database
      const list = leases.list.bind(leases)
      let gathered = 0
      Object.assign(leases, {
        list: () => {
          gathered++
          return list()
        },
      })
      const began = performance.now()
      const answers = await Promise.all(Array.from({ length: 30 }, () => server.anonymous.get('/metrics')))
      const atMost = Math.ceil((performance.now() - began) / 1000)
      expect(answers.every(({ status, body }) => status === 200 && body.includes('ramp_verifiers'))).toBe(true)
      expect(gathered).toBeGreaterThan(0)
      expect(gathered).toBeLessThanOrEqual(atMost)
      await expect
        .poll(async () => (await server.anonymous.get('/metrics')) && gathered > 1, { timeout: 5000 })
        .toBe(true)
    } finally {
      await server.close()
    }
  })
})

onBothEngines('An operations port', (engine) => {
  const server = useServer(engine, { config: { operationsPort: 0 } })

  test('has health, metrics and reference pages, which the port of the API then does not have', async () => {
    const origin = (await server.app.operations?.listen({ host: '127.0.0.1', port: 0 })) ?? ''
    const operator = new Actor(origin)
    for (const path of OPERATIONS) {
      expect((await operator.get(path)).status, path).toBe(200)
      expect((await server.anonymous.get(path)).status, path).toBe(404)
    }
    expect((await operator.get('/metrics')).body).toContain('route="/api/v1/session"')
    for (const path of ['/api/v1/me', '/_auth/verify', '/login']) expect((await operator.get(path)).status).toBe(404)
    expect((await operator.post('/api/v1/session', {})).status).toBe(404)
  })
})

describe('ramp-server serve with an operations port', () => {
  test.each([[[]], [['--workers', '2']]])(
    'listens at both ports and ends in order (%j)',
    async (workers) => {
      const database = await createDatabase('sqlite')
      const taken = await startServer('sqlite')
      const { port } = taken.app.server.address() as AddressInfo
      await taken.close()
      const server = await startServerProcess({
        args: ['serve', ...workers],
        env: {
          RAMP_DATABASE_URL: database.url,
          RAMP_OPERATIONS_PORT: String(port),
          RAMP_ADMIN_USERNAME: 'admin',
          RAMP_ADMIN_PASSWORD: 'the administrator of the tests',
        },
      })
      const operations = `http://127.0.0.1:${port}`
      const statusOf = (origin: string) =>
        send(origin, 'GET', '/metrics').then(
          ({ status }) => status,
          () => 0,
        )
      await expect.poll(() => statusOf(operations), { timeout: 20_000 }).toBe(200)
      expect(await statusOf(server.origin)).toBe(404)
      server.kill('SIGTERM')
      expect((await server.exited).code).toBe(0)
      expect(await statusOf(operations)).toBe(0)
      await database.remove()
    },
    60_000,
  )
})
