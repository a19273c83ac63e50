import { beforeEach, expect, test } from 'vitest'
import type { Member } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const BULK = '/api/v1/members/bulk'
const NOBODY = '00000000-0000-4000-8000-000000000000'

onBothEngines('Changing a selection of members', (engine) => {
  const server = useServer(engine)
  let one: Member
  let two: Member
  const bulk = (ids: readonly string[], action: unknown, by = server.administrator) => by.post(BULK, { ids, action })

  beforeEach(async () => {
    one = await server.member()
    two = await server.member({ roles: ['Auditor'] })
  })

  test('a role given and taken counts at the next call of a warm token, and each is recorded', async () => {
    const script = await one.token()
    const calls = () => script.get('/api/v1/audit-events')
    expect((await calls()).status).toBe(403)
    expect(await bulk([one.id, two.id], { grant: 'Auditor' })).toMatchObject({
      status: 200,
      body: { changed: 1, unchanged: 1, stoppedTokens: 0 },
    })
    expect((await calls()).status).toBe(200)
    expect((await bulk([one.id, two.id], { take: 'Auditor' })).body).toMatchObject({ changed: 2, unchanged: 0 })
    expect((await calls()).status).toBe(403)
    const events = await server.sql(
      `SELECT action, target_id FROM audit_event WHERE target_id IN ('${one.id}', '${two.id}') AND action = 'role.taken'`,
    )
    expect(events).toHaveLength(2)
  })

  test('deactivation stops warm tokens and sessions, and says how many tokens', async () => {
    const scripts = [await one.token(), await one.token(), await two.token()]
    for (const script of scripts) expect((await script.get('/api/v1/me')).status).toBe(200)
    expect((await bulk([one.id, two.id], { status: 'deactivated' })).body).toEqual({
      changed: 2,
      unchanged: 0,
      stoppedTokens: 3,
    })
    for (const script of scripts) expect((await script.get('/api/v1/me')).status).toBe(401)
    expect((await one.get('/api/v1/me')).status).toBe(401)
    expect((await bulk([one.id], { status: 'deactivated' })).body).toMatchObject({ changed: 0, unchanged: 1 })
  })

  test('all or nothing: one who is not there, oneself or the last Administrator stops it and is named', async () => {
    const refused = async (ids: readonly string[], action: unknown, code: string, field: string) => {
      const answer = await nothingHappens(server, () => bulk(ids, action), ['audit_event'])
      expect(answer.body).toMatchObject({ code, errors: [{ field, code }] })
      return answer.status
    }
    expect(await refused([one.id, NOBODY], { grant: 'Auditor' }, 'member_not_found', 'ids.1')).toBe(404)
    const self = server.administrator.id
    expect(await refused([one.id, self], { status: 'deactivated' }, 'own_deactivation', 'ids.1')).toBe(409)
    expect(await refused([one.id, two.id, self], { take: 'Administrator' }, 'last_administrator', 'ids.2')).toBe(409)
    const unknown = await nothingHappens(server, () => bulk([one.id], { grant: 'Emperor' }), ['audit_event'])
    expect(unknown).toMatchObject({ status: 404, body: { code: 'role_not_found' } })
    const service = await server.administrator.post('/api/v1/service-accounts', {
      name: one.username.replace('m', 's'),
    })
    expect(await refused([service.body.id], { grant: 'Auditor' }, 'member_not_found', 'ids.0')).toBe(404)
  })

  test('a SuperUser deactivates whom they may manage, and gives no roles', async () => {
    const superUser = await server.member({ roles: ['SuperUser'] })
    const higher = await nothingHappens(server, () => bulk([one.id, two.id], { status: 'deactivated' }, superUser), [
      'audit_event',
    ])
    expect(higher).toMatchObject({ status: 403, body: { errors: [{ field: 'ids.1' }] } })
    expect((await bulk([one.id], { grant: 'Auditor' }, superUser)).status).toBe(403)
    expect((await bulk([one.id], { status: 'deactivated' }, superUser)).status).toBe(200)
  })

  test('a narrowed token gives no more than it holds', async () => {
    const script = await server.administrator.tokenWith('members:write', 'roles:grant')
    const answer = await nothingHappens(
      server,
      () => script.post(BULK, { ids: [one.id], action: { grant: 'Auditor' } }),
      ['audit_event'],
    )
    expect(answer).toMatchObject({ status: 403, body: { code: 'grant_exceeds_token' } })
  })

  test.each([
    [{ ids: [], action: { grant: 'Auditor' } }, 'ids'],
    [{ ids: [NOBODY, NOBODY], action: { grant: 'Auditor' } }, 'ids'],
    [{ ids: ['x'], action: { grant: 'Auditor' } }, 'ids.0'],
    [{ ids: [NOBODY], action: {} }, 'action'],
    [{ ids: [NOBODY], action: { grant: 'Auditor', take: 'Auditor' } }, 'action'],
    [{ ids: [NOBODY], action: { status: 'active' } }, 'action.status'],
    [{ ids: [NOBODY], action: { grant: '' } }, 'action.grant'],
  ])('refuses %j', async (body, field) => {
    const refused = await nothingHappens(server, () => server.administrator.post(BULK, body))
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field }] } })
  })
})
