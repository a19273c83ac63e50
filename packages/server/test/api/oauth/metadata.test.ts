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
})
