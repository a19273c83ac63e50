import { expect, test } from 'vitest'
import { TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('Service accounts', (engine) => {
  const server = useServer(engine)

  test('act with roles of their own, and stop with their token, their roles, and themselves', async () => {
    const { administrator } = server
    const { status, body: account } = await administrator.post('/api/v1/service-accounts', {
      name: 'Nightly build',
      description: 'CI',
    })
    expect(status).toBe(201)
    const path = `/api/v1/service-accounts/${account.id}`
    expect((await administrator.put(`${path}/roles/GlobalInstanceObserver`)).status).toBe(204)
    const created = await administrator.post(`${path}/tokens`, { name: 'runner 1' })
    expect(created.status).toBe(201)
    expect(created.body.secret).toMatch(/^ramp_sat_/)
    const machine = new TokenHolder(server.origin, { id: created.body.token.id, secret: created.body.secret })
    const me = await machine.get('/api/v1/me')
    expect(me.body.account).toMatchObject({
      kind: 'service',
      username: 'Nightly build',
      roles: ['GlobalInstanceObserver'],
      email: null,
    })

    const rotated = await administrator.post(`${path}/tokens/${created.body.token.id}/rotate`, { overlapSeconds: 0 })
    expect(rotated.status).toBe(201)
    expect((await machine.get('/api/v1/me')).body.code).toBe('token_revoked')
    const next = new TokenHolder(server.origin, { id: rotated.body.token.id, secret: rotated.body.secret })
    expect((await next.get('/api/v1/me')).status).toBe(200)

    await administrator.patch(path, { status: 'deactivated' })
    expect((await next.get('/api/v1/me')).body.code).toBe('account_deactivated')
    await administrator.patch(path, { status: 'active' })
    expect((await next.get('/api/v1/me')).status).toBe(200)
    expect((await administrator.delete(path)).status).toBe(204)
    expect((await next.get('/api/v1/me')).body.code).toBe('token_revoked')
    expect((await administrator.get(path)).status).toBe(404)
    expect((await administrator.post('/api/v1/service-accounts', { name: 'nightly BUILD' })).status).toBe(201)
  })
})
