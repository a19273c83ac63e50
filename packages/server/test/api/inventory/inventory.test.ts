import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('The inventory', (engine) => {
  const server = useServer(engine)
  const rulesOf = (body: { rules: { rule: string; passed: boolean | null }[] }) =>
    Object.fromEntries(body.rules.map(({ rule, passed }) => [rule, passed]))

  test('shows every token with its owner, filtered and counted, and needs inventory:read', async () => {
    const owner = await server.member()
    const [one, two] = [await owner.token({ name: 'inventory one' }), await owner.token({ name: 'inventory two' })]
    await owner.delete(`/api/v1/tokens/${two.id}`)
    const list = (query: string) => server.administrator.get(`/api/v1/admin/tokens?accountId=${owner.id}&${query}`)
    expect((await list('')).body).toMatchObject({
      count: 1,
      items: [{ id: one.id, owner: { username: owner.username } }],
    })
    expect((await list('status=all&sort=name&limit=1')).body).toMatchObject({
      count: 2,
      items: [{ name: 'inventory one' }],
    })
    expect((await list('status=revoked')).body.items).toMatchObject([{ id: two.id, revokedBy: owner.username }])
    expect((await owner.get('/api/v1/admin/tokens')).status).toBe(403)
  })

  test('revokes by ids and by a filter, in one answer, and not if the count has changed', async () => {
    const owner = await server.member()
    const tokens = [await owner.token(), await owner.token(), await owner.token()]
    const [first, ...others] = tokens
    const revoke = (body: object) => server.administrator.post('/api/v1/admin/tokens/revoke', body)
    expect((await revoke({ ids: [first?.id, '000000000000'] })).body).toEqual({ revoked: 1 })
    expect((await first?.get('/api/v1/me'))?.body.code).toBe('token_revoked')

    const filter = { accountId: owner.id }
    expect((await revoke({ filter, expectedCount: 3 })).body.code).toBe('count_changed')
    expect((await others[0]?.get('/api/v1/me'))?.status).toBe(200)
    expect((await revoke({ filter, expectedCount: 2 })).body).toEqual({ revoked: 2 })
    for (const token of others) expect((await token.get('/api/v1/me')).body.code).toBe('token_revoked')
    const { body } = await server.administrator.get('/api/v1/audit-events?limit=3')
    expect(body.items.map(({ action }: { action: string }) => action)).toEqual([
      'token.revoked',
      'token.revoked',
      'request.refused',
    ])
  })

  test('explains each rule, what is missing, since when and by whom', async () => {
    const { administrator } = server
    const owner = await server.member()
    const token = await owner.token({ allowedAddresses: ['127.0.0.1'] })
    const group = (await administrator.post('/api/v1/groups', { name: `Readers ${owner.id}` })).body
    await administrator.put(`/api/v1/groups/${group.id}/roles/GlobalTemplateViewer`)
    const explain = async (body: object) => (await administrator.post('/api/v1/admin/tokens/explain', body)).body
    const question = { token: token.secret, permission: 'templates:read', address: '192.0.2.1' }

    const before = await explain(question)
    expect(before.accepted).toBe(false)
    expect(rulesOf(before)).toMatchObject({
      secret: true,
      not_revoked: true,
      address_allowed: false,
      permission: false,
    })
    expect(JSON.stringify(before)).toContain('GlobalTemplateViewer')

    await administrator.put(`/api/v1/groups/${group.id}/members/${owner.id}`)
    const after = await explain({ ...question, address: '127.0.0.1' })
    expect(after.accepted).toBe(true)
    expect(JSON.stringify(after)).toContain(`through Readers ${owner.id}`)

    await owner.delete(`/api/v1/tokens/${token.id}`)
    const revoked = await explain({ token: token.id })
    expect(revoked.rules).toContainEqual(
      expect.objectContaining({ rule: 'not_revoked', passed: false, by: owner.username }),
    )
    expect((await explain({ token: token.secret.replace(/.$/, '!') })).rules).toMatchObject([
      { rule: 'format', passed: false },
    ])
    expect((await explain({ token: '000000000000' })).rules.at(-1)).toMatchObject({ rule: 'known', passed: false })
    expect(server.log.join('\n')).not.toContain(token.secret)

    const mine = await owner.post(`/api/v1/tokens/${token.id}/explain`, {})
    expect(mine.body.accepted).toBe(false)
    const other = await server.member()
    expect((await other.post(`/api/v1/tokens/${token.id}/explain`, {})).body.code).toBe('token_not_found')
  })

  // The last, since the sessions are over when the clock has gone on.
  test('finds what was not used for N days', async () => {
    const owner = await server.member()
    const [used, unused] = [await owner.token(), await owner.token()]
    const auditor = await server.administrator.token()
    server.clock.advance(10 * DAY_MS)
    await used.get('/api/v1/me')
    await server.services.usage.flush()
    const { body } = await auditor.get(`/api/v1/admin/tokens?accountId=${owner.id}&unusedDays=7`)
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([unused.id])
  })
})
