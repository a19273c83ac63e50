// GitLab (gitlab-org/gitlab#50319): a personal access token opened the whole web interface and made more tokens. Here:
// what is for sessions refuses a bearer token, also beside a session of the same person, and no token turns into one.
import { expect, test } from 'vitest'
import { ACCESS, isAdministrative } from '../../src/http/access.ts'
import { onBothEngines } from '../support/databases.ts'
import { nothingHappens } from '../support/nothing-happened.ts'
import { useServer } from '../support/test-app.ts'

const SESSION_ONLY = Object.keys(ACCESS).filter((route) => ACCESS[route]?.by.join() === 'session')

onBothEngines('A route for sessions', (engine) => {
  const server = useServer(engine)

  test('is what the matrix says: making tokens, passwords, signing out', () => {
    expect(SESSION_ONLY).toEqual(
      expect.arrayContaining(['POST /api/v1/tokens', 'PUT /api/v1/me/password', 'DELETE /api/v1/session']),
    )
  })

  test.each(SESSION_ONLY)('%s refuses a token, even beside the cookie of its owner', async (route) => {
    const { administrator } = server
    const token = await administrator.token()
    const [method = '', path = ''] = route.split(' ')
    // A refused administrative action leaves its event.
    const isRecorded = ACCESS[route] !== undefined && isAdministrative(ACCESS[route])
    for (const headers of [{}, { cookie: administrator.cookie }]) {
      const call = () => token.request(method, path, { body: { name: 'x' }, headers })
      const refused = await nothingHappens(server, call, isRecorded ? ['audit_event'] : [])
      expect(refused).toMatchObject({ status: 403, body: { code: 'session_required' } })
    }
    expect((await administrator.get('/api/v1/me')).status).toBe(200)
  })

  test('no answer to a token opens a session', async () => {
    const token = await server.administrator.token()
    for (const route of Object.keys(ACCESS)) {
      const [method = '', path = ''] = route.split(' ')
      if (method === 'DELETE' || path.includes(':') || path.includes('*')) continue
      expect((await token.request(method, path)).headers['set-cookie']).toBeUndefined()
    }
    const signIn = { username: server.administrator.username, password: token.secret }
    expect((await server.anonymous.post('/api/v1/session', signIn)).status).toBe(401)
  })
})
