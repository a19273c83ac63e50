import { beforeAll, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/core/clock.ts'
import { type Member, newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

interface Event {
  readonly id: number
  readonly at: string
  readonly action: string
  readonly outcome: string
  readonly actor: { readonly accountId: string } | null
  readonly target: { readonly type: string; readonly id: string; readonly name: string | null } | null
}

onBothEngines('Looking for audit events', (engine) => {
  const server = useServer(engine)
  let owner: Member
  let tokenId: string
  let groupId: string
  let all: Event[]
  let between: string

  const find = async (query: string): Promise<Event[]> => {
    const { status, body } = await server.administrator.get(`/api/v1/audit-events?limit=200&${query}`)
    expect(status, JSON.stringify(body)).toBe(200)
    return body.items
  }

  beforeAll(async () => {
    owner = await server.member({ username: newName('Sought') })
    tokenId = (await owner.token({ name: 'sought' })).id
    await owner.get('/api/v1/audit-events')
    server.clock.advance(MINUTE_MS)
    between = new Date(server.clock()).toISOString()
    await owner.delete(`/api/v1/tokens/${tokenId}`)
    const group = await server.administrator.post('/api/v1/groups', { name: newName('sought') })
    groupId = group.body.id
    await server.administrator.put(`/api/v1/groups/${groupId}/members/${owner.id}`)
    all = await find('')
  })

  const expectExactly = async (query: string, isMeant: (event: Event) => boolean) => {
    const meant = all.filter(isMeant)
    expect(meant.length, query).toBeGreaterThan(0)
    expect(await find(query), query).toEqual(meant)
  }

  test('by who did it: an id, or the username in any case', async () => {
    await expectExactly(`actor=${owner.id}`, ({ actor }) => actor?.accountId === owner.id)
    await expectExactly(`actor=${owner.username.toUpperCase()}`, ({ actor }) => actor?.accountId === owner.id)
    expect(await find('actor=nobody')).toEqual([])
  })

  test('by what it was done to', async () => {
    await expectExactly(`targetId=${tokenId}`, ({ target }) => target?.id === tokenId)
    await expectExactly(`targetType=group&targetId=${groupId}`, ({ target }) => target?.id === groupId)
    await expectExactly('targetType=member', ({ target }) => target?.type === 'member')
  })

  test('by one action, or by what several begin with', async () => {
    await expectExactly('action=token.revoked', ({ action }) => action === 'token.revoked')
    await expectExactly('action=token.', ({ action }) => action.startsWith('token.'))
    await expectExactly('action=group.', ({ action }) => action.startsWith('group.'))
    expect(await find('action=nothing.')).toEqual([])
    expect(await find('action=nothing.done')).toEqual([])
  })

  test('by outcome and by time', async () => {
    await expectExactly('outcome=refused', ({ outcome }) => outcome === 'refused')
    await expectExactly('outcome=done', ({ outcome }) => outcome === 'done')
    await expectExactly(`from=${between}`, ({ at }) => at >= between)
    await expectExactly(`to=${between}`, ({ at }) => at < between)
    expect(await find(`from=${between}&to=${between}`)).toEqual([])
  })

  test('by several of them at once', async () => {
    await expectExactly(
      `actor=${owner.id}&action=token.&targetType=token&outcome=done&from=${between}`,
      ({ actor, action, at }) => actor?.accountId === owner.id && action === 'token.revoked' && at >= between,
    )
  })

  test('pages through what a filter names, each event once', async () => {
    const paged: Event[] = []
    let cursor = ''
    do {
      const query = `action=session.&limit=3${cursor && `&cursor=${cursor}`}`
      const { body } = await server.administrator.get(`/api/v1/audit-events?${query}`)
      paged.push(...body.items)
      cursor = body.nextCursor ?? ''
    } while (cursor !== '' && paged.length < all.length)
    expect(paged).toEqual(all.filter(({ action }) => action.startsWith('session.')))
  })

  test('says what the targets are called now, and whose a token is', async () => {
    const [joined] = await find(`action=group.joined&targetId=${groupId}`)
    expect(joined?.target).toMatchObject({ type: 'group', name: expect.stringContaining('sought'), ownerId: null })
    const [revoked] = await find(`action=token.revoked&targetId=${tokenId}`)
    expect(revoked?.target).toMatchObject({ type: 'token', id: tokenId, name: 'sought', ownerId: owner.id })
    await server.administrator.delete(`/api/v1/groups/${groupId}`)
    const [deleted] = await find(`action=group.deleted&targetId=${groupId}`)
    expect(deleted?.target).toMatchObject({ type: 'group', id: groupId, name: null })
  })

  test.each([
    'action=token',
    'action=Token.revoked',
    'targetType=thing',
    'from=yesterday',
    'actor=',
    'outcome=maybe',
    'x=1',
  ])('refuses %s', async (query) => {
    const refused = await server.administrator.get(`/api/v1/audit-events?${query}`)
    expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  })
})
