import { describe, expect, test } from 'vitest'
import { HOUR_MS } from '../../../src/core/clock.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('Changing a token', (engine) => {
  const server = useServer(engine)

  test('renames it and leaves everything else', async () => {
    const owner = server.administrator
    const script = await owner.token({ permissions: ['audit:read'], expiresAt: '2099-01-01' })
    const before = (await owner.get(`/api/v1/tokens/${script.id}`)).body
    const changed = await owner.patch(`/api/v1/tokens/${script.id}`, { name: 'a better name' })
    expect(changed).toMatchObject({ status: 200, body: { ...before, name: 'a better name' } })
    expect((await script.get('/api/v1/me')).body.account.permissions).toEqual(['audit:read'])
  })

  describe('narrows', () => {
    test('permissions, from the next call on', async () => {
      const script = await server.administrator.token()
      expect((await script.get('/api/v1/members')).status).toBe(200)
      const path = `/api/v1/tokens/${script.id}`
      const changed = await server.administrator.patch(path, { permissions: ['own-tokens:read', 'audit:read'] })
      expect(changed).toMatchObject({ status: 200, body: { permissions: ['audit:read', 'own-tokens:read'] } })
      expect(await script.get('/api/v1/members')).toMatchObject({
        status: 403,
        body: { code: 'insufficient_permissions' },
      })
      expect((await script.get('/api/v1/audit-events')).status).toBe(200)
    })

    test('addresses, from the next call on', async () => {
      const script = await server.administrator.token({ allowedAddresses: ['127.0.0.0/8', '192.0.2.0/24'] })
      expect((await script.get('/api/v1/me')).status).toBe(200)
      await server.administrator.patch(`/api/v1/tokens/${script.id}`, { allowedAddresses: ['192.0.2.128/25'] })
      expect(await script.get('/api/v1/me')).toMatchObject({ status: 403, body: { code: 'address_not_allowed' } })
    })

    test('the end, from the next call on', async () => {
      const script = await server.administrator.token({ expiresAt: '2099-01-01' })
      expect((await script.get('/api/v1/me')).status).toBe(200)
      const end = new Date(server.clock() + HOUR_MS).toISOString()
      await server.administrator.patch(`/api/v1/tokens/${script.id}`, { expiresAt: end })
      server.clock.advance(HOUR_MS)
      expect(await script.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_expired' } })
    })
  })

  describe('never widens', () => {
    const limits = { permissions: ['audit:read'], allowedAddresses: ['127.0.0.0/8'], expiresAt: '2098-01-01' }

    test.each([
      { field: 'permissions', to: null },
      { field: 'permissions', to: ['audit:read', 'members:read'] },
      { field: 'permissions', to: ['members:read'] },
      { field: 'allowedAddresses', to: null },
      { field: 'allowedAddresses', to: ['126.0.0.0/7'] },
      { field: 'allowedAddresses', to: ['127.0.0.1', '192.0.2.1'] },
      { field: 'allowedAddresses', to: ['::ffff:127.0.0.1'] },
      { field: 'allowedAddresses', to: ['::/0'] },
      { field: 'expiresAt', to: null },
      { field: 'expiresAt', to: '2098-01-02' },
    ])('$field to $to', async ({ field, to }) => {
      const script = await server.administrator.token(limits)
      const path = `/api/v1/tokens/${script.id}`
      const refused = await nothingHappens(server, () => server.administrator.patch(path, { [field]: to }))
      expect(refused).toMatchObject({
        status: 409,
        body: { code: 'token_widening', errors: [{ field, code: 'token_widening' }] },
      })
    })

    test('of two narrowings at once, the second must fit into the first', async () => {
      const script = await server.administrator.token({ permissions: ['audit:read', 'members:read', 'groups:read'] })
      const path = `/api/v1/tokens/${script.id}`
      const answers = await Promise.all([
        server.administrator.patch(path, { permissions: ['audit:read', 'members:read'] }),
        server.administrator.patch(path, { permissions: ['members:read', 'groups:read'] }),
      ])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    })
  })

  test('refuses an expiration in the past, permissions not held and ranges that are none', async () => {
    const owner = await server.member()
    const script = await owner.token()
    const path = `/api/v1/tokens/${script.id}`
    for (const [change, field, code] of [
      [{ expiresAt: '2020-01-01' }, 'expiresAt', 'not_in_future'],
      [{ permissions: ['own-tokens:read', 'members:read'] }, 'permissions.1', 'permission_not_held'],
      [{ allowedAddresses: ['127.0.0.1/33'] }, 'allowedAddresses.0', 'not_an_address_range'],
      [{ permissions: [] }, 'permissions', 'too_short'],
      [{ status: 'revoked' }, 'status', 'unknown_field'],
    ] as const) {
      const refused = await nothingHappens(server, () => owner.patch(path, change))
      expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field, code }] } })
    }
  })

  test('refuses a revoked and an expired one', async () => {
    const owner = server.administrator
    const revoked = await owner.token()
    await owner.delete(`/api/v1/tokens/${revoked.id}`)
    const expired = await owner.token({ expiresAt: new Date(server.clock() + HOUR_MS).toISOString() })
    server.clock.advance(HOUR_MS)
    for (const { id } of [revoked, expired]) {
      const refused = await nothingHappens(server, () => owner.patch(`/api/v1/tokens/${id}`, { name: 'too late' }))
      expect(refused).toMatchObject({ status: 409, body: { code: 'token_not_active' } })
    }
  })
})
