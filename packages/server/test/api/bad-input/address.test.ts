import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('An address or a method', (engine) => {
  const server = useServer(engine)

  test.each([
    ['PUT', '/api/v1/tokens', 'GET, HEAD, POST'],
    ['DELETE', '/api/v1/tokens', 'GET, HEAD, POST'],
    ['POST', '/api/v1/tokens/aaaaaaaaaaaa', 'DELETE, GET, HEAD, PATCH'],
    ['GET', '/api/v1/session', 'DELETE, POST'],
    ['POST', '/api/v1/me', 'GET, HEAD'],
    ['PATCH', '/api/v1/me/password', 'PUT'],
    ['OPTIONS', '/api/v1/members', 'GET, HEAD, POST'],
    ['DELETE', '/healthz', 'GET, HEAD'],
  ])('%s %s is not there; the answer names what is', async (method, path, allow) => {
    for (const actor of [server.anonymous, server.administrator]) {
      const refused = await nothingHappens(server, () => actor.request(method, path))
      expect(refused).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
      expect(refused.headers.allow).toBe(allow)
    }
  })

  test.each([
    '/api',
    '/api/v1',
    '/api/v1/token',
    '/api/v2/tokens',
    '/api/v1/tokens/aaaaaaaaaaaa/rotate/now',
    '/..%2f..%2fetc/passwd',
    '/%00',
  ])('%s is nowhere', async (path) => {
    const refused = await server.administrator.get(path)
    expect(refused).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/)
  })

  test.each(['/api/v1/tokens/%', '/api/v1/tokens/%ff%fe', '/api/v1/tokens/%E0%A4%A'])(
    '%s cannot be read',
    async (path) => {
      const refused = await server.administrator.get(path)
      expect(refused.status).toBe(400)
      expect(refused.body.code).toMatch(/^(bad_request|validation_failed)$/)
    },
  )

  test('a very long one is refused, and the server goes on', async () => {
    const refused = await server.administrator.get(`/api/v1/tokens/${'a'.repeat(8000)}`)
    expect(refused).toMatchObject({ status: 400, body: { code: 'bad_request' } })
    expect((await server.administrator.get('/api/v1/me')).status).toBe(200)
  })

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a header without a name', 'GET /api/v1/me HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n'],
    ['two lengths', 'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    [
      'a length and chunks',
      'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a method that nobody knows', 'BREW /coffee HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('a request of %s is answered with a problem, and the connection closes', async (_what, text) => {
    const answer = await raw(text)
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ status: 400, code: 'bad_request' })
    expect((await server.administrator.get('/api/v1/me')).status).toBe(200)
  })

  /** Sends bytes as they are and returns everything that comes back until the server closes. */
  function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(server.origin).port), '127.0.0.1', () => socket.write(text))
      let answer = ''
      socket.setEncoding('utf8')
      socket.on('data', (chunk) => (answer += chunk))
      socket.on('error', reject)
      socket.on('close', () => resolve(answer))
    })
  }
})
