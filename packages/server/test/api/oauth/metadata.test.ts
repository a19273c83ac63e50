import { describe, expect, test } from 'vitest'
import { useServer } from '../../support/test-app.ts'

const PATHS = ['/.well-known/oauth-authorization-server', '/.well-known/oauth-protected-resource']

describe('The metadata', () => {
  const server = useServer('sqlite')
  const known = useServer('sqlite', { config: { publicUrl: 'https://ramp.example' } })

  test('names nothing that is not there', async () => {
    const { body } = await known.anonymous.get('/.well-known/oauth-authorization-server')
    const endpoints = Object.entries<string>(body).filter(([name]) => name.endsWith('_endpoint'))
    expect(endpoints.length).toBeGreaterThanOrEqual(2)
    for (const [name, address] of endpoints) {
      expect(address, name).toMatch(/^https:\/\/ramp\.example\//)
      expect(known.app.hasRoute({ method: 'POST', url: new URL(address).pathname }), name).toBe(true)
    }
  })

  test.each(PATHS)('%s is the same for everybody, by the public address where one is set', async (path) => {
    const plain = await known.anonymous.get(path)
    expect(plain.status).toBe(200)
    expect(plain.headers['content-type']).toMatch(/^application\/json/)
    const forged = await known.anonymous.get(path, { host: 'evil.example', 'x-forwarded-host': 'evil.example' })
    expect(forged.body).toEqual(plain.body)
    expect(JSON.stringify(plain.body)).toContain('https://ramp.example')
  })

  test.each(PATHS)(
    '%s speaks of the address that was called where none is set, not of what a client forwards',
    async (path) => {
      const { body } = await server.anonymous.get(path, { 'x-forwarded-host': 'evil.example' })
      expect(JSON.stringify(body)).toContain(server.origin)
      expect(JSON.stringify(body)).not.toContain('evil.example')
    },
  )

  test('is where a refused client is sent to, if the public address is known (RFC 9728 §5.1)', async () => {
    const at = 'resource_metadata="https://ramp.example/.well-known/oauth-protected-resource"'
    for (const headers of [{}, { authorization: 'Bearer x' }]) {
      const refused = await known.anonymous.get('/api/v1/me', headers)
      expect(refused.headers['www-authenticate']).toMatch(/^Bearer realm="ramp", /)
      expect(refused.headers['www-authenticate']).toContain(at)
      const forProxy = await known.anonymous.get('/_auth/verify', headers)
      expect(forProxy.headers['www-authenticate']).not.toContain('resource_metadata')
      const unknown = await server.anonymous.get('/api/v1/me', { ...headers, host: 'evil.example' })
      expect(unknown.headers['www-authenticate']).not.toContain('resource_metadata')
    }
  })
})
