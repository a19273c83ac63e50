import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

const SOON = { expiresAt: new Date(Date.now() + 7 * DAY_MS).toISOString() }

onBothEngines('The inventory', (engine) => {
  const server = useServer(engine)
  const rulesOf = (body: { rules: { rule: string; passed: boolean | null }[] }) =>
    Object.fromEntries(body.rules.map(({ rule, passed }) => [rule, passed]))

  test('shows every token with its owner, filtered and counted, and needs inventory:read', async () => {
    const owner = await server.member()
    const [one, two] = [await owner.token({ name: 'inventory one' }), await owner.token({ name: 'inventory two' })]
    await owner.delete(`/api/v1/tokens/${two.id}`)
    const list = (query: string) => server.administrator.get(`/api/v1/admin/tokens?accountId=${owner.id}&${query}`)
    const count = async (query: string) =>
      (await server.administrator.get(`/api/v1/admin/tokens/count?accountId=${owner.id}&${query}`)).body
    expect((await list('')).body.items).toMatchObject([{ id: one.id, owner: { username: owner.username } }])
    expect((await list('status=all&sort=name&limit=1')).body.items).toMatchObject([{ name: 'inventory one' }])
    expect(await count('')).toEqual({ count: 1, accounts: 1 })
    expect(await count('status=all')).toEqual({ count: 2, accounts: 1 })
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

  test('finds by every filter, pages in every order, and agrees with the count', async () => {
    const owner = await server.member()
    const other = await server.member()
    const made = []
    for (const name of ['alpha nightly backup', 'beta deploy', 'gamma 100%_backup'])
      made.push(await owner.token({ name: `${name} ${owner.id}`, ...(name.startsWith('beta') && SOON) }))
    await other.token({ name: 'somebody else’s' })
    const [alpha, beta, gamma] = made
    await alpha?.get('/api/v1/me')
    await server.services.usage.flush()
    const now = encodeURIComponent(new Date(server.clock() + 1000).toISOString())
    const past = encodeURIComponent(new Date(server.clock() - DAY_MS).toISOString())
    const soon = encodeURIComponent(new Date(server.clock() + 30 * DAY_MS).toISOString())
    const find = async (query: string) => {
      const found = []
      let cursor = ''
      do {
        const { body } = await server.administrator.get(`/api/v1/admin/tokens?limit=1&${query}${cursor}`)
        found.push(...body.items.map(({ id }: { id: string }) => id))
        cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`
      } while (cursor !== '')
      const counted = await server.administrator.get(`/api/v1/admin/tokens/count?${query.replace(/&?sort=[^&]*/, '')}`)
      expect(counted.body.count, query).toBe(found.length)
      return found
    }
    const all = made.map(({ id }) => id)
    const mine = `accountId=${owner.id}`
    expect(await find(`q=${owner.username}&sort=createdAt`)).toEqual(all)
    expect(await find(`q=${alpha?.id}`)).toEqual([alpha?.id])
    expect(await find(`q=ackup ${owner.id}&sort=name`)).toEqual([alpha?.id, gamma?.id])
    expect(await find(`q=${encodeURIComponent('100%_')}&${mine}`)).toEqual([gamma?.id])
    expect(await find(`q=zz&${mine}`)).toEqual([])
    expect(await find(`${mine}&neverUsed=true&sort=-name`)).toEqual([gamma?.id, beta?.id])
    expect(await find(`${mine}&lastUsedBefore=${now}`)).toEqual([alpha?.id])
    expect(await find(`${mine}&address=127.0.0.1`)).toEqual([alpha?.id])
    expect(await find('address=192.0.2.200')).toEqual([])
    expect(await find(`${mine}&expiresBefore=${soon}`)).toEqual([beta?.id])
    expect((await find(`${mine}&expiresAfter=${soon}`)).sort()).toEqual([alpha?.id, gamma?.id].sort())
    expect(await find(`${mine}&createdBefore=${past}`)).toEqual([])
    expect(await find(`${mine}&createdAfter=${past}&createdBefore=${now}`)).toHaveLength(3)
    expect(await find(`${mine}&kind=service`)).toEqual([])
    for (const sort of ['createdAt', 'name', 'expiresAt', 'lastUsedAt']) {
      const upwards = await find(`${mine}&sort=${sort}`)
      expect(upwards.toSorted(), sort).toEqual(all.toSorted())
      expect(await find(`${mine}&sort=-${sort}`), sort).toEqual(upwards.toReversed())
    }

    const renamed = `renamed ${owner.id}`
    await owner.patch(`/api/v1/tokens/${alpha?.id}`, { name: renamed })
    expect(await find(`q=${renamed}`)).toEqual([alpha?.id])
    expect(await find(`q=nightly backup ${owner.id}`)).toEqual([])
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
