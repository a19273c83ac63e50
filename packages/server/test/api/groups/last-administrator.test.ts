import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Member, newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { machineWith } from '../../support/machines.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('The last active Administrator, who is one by nested groups,', (engine) => {
  const server = useServer(engine)
  let second: Member
  let outer: string
  let inner: string
  const newGroup = async () => (await server.administrator.post('/api/v1/groups', { name: newName('group') })).body.id
  const own = () => `/api/v1/members/${server.administrator.id}/roles/Administrator`

  beforeEach(async () => {
    const { administrator } = server
    second ??= await server.member()
    outer = await newGroup()
    inner = await newGroup()
    await administrator.put(`/api/v1/groups/${outer}/roles/Administrator`)
    await administrator.put(`/api/v1/groups/${outer}/groups/${inner}`)
    await administrator.put(`/api/v1/groups/${inner}/members/${administrator.id}`)
    expect((await administrator.delete(own())).status).toBe(204)
  })

  afterEach(async () => {
    const { administrator } = server
    await administrator.put(own())
    for (const group of [outer, inner]) await administrator.delete(`/api/v1/groups/${group}`)
    expect((await administrator.get('/api/v1/members')).status).toBe(200)
  })

  /** Each way of ending what makes the Administrator one. */
  const ways = () => [
    () => server.administrator.delete(`/api/v1/groups/${outer}/groups/${inner}`),
    () => server.administrator.delete(`/api/v1/groups/${inner}/members/${server.administrator.id}`),
    () => server.administrator.delete(`/api/v1/groups/${outer}/roles/Administrator`),
    () => server.administrator.delete(`/api/v1/groups/${inner}`),
    () => server.administrator.delete(`/api/v1/groups/${outer}`),
  ]

  async function expectAllRefused(): Promise<void> {
    for (const end of ways()) {
      const answer = await nothingHappens(server, end, ['audit_event'])
      expect(answer).toMatchObject({ status: 409, body: { code: 'last_administrator' } })
    }
    expect((await server.administrator.get('/api/v1/members')).status).toBe(200)
  }

  test('stays one, whatever of it is to be ended', expectAllRefused)

  test('stays one although a service account has the role: it cannot sign in', async () => {
    const machine = await machineWith(server, 'Administrator')
    await server.administrator.put(`/api/v1/groups/${outer}/members/${machine.id}`)
    await expectAllRefused()
    await server.administrator.delete(`/api/v1/service-accounts/${machine.id}`)
  })

  test('stays one although a deactivated member has the role', async () => {
    const role = `/api/v1/members/${second.id}/roles/Administrator`
    await server.administrator.put(role)
    await server.administrator.patch(`/api/v1/members/${second.id}`, { status: 'deactivated' })
    await expectAllRefused()
    await server.administrator.delete(role)
    await server.administrator.patch(`/api/v1/members/${second.id}`, { status: 'active' })
  })

  test('stays one although another group has the role, with nobody in it', async () => {
    const empty = await newGroup()
    await server.administrator.put(`/api/v1/groups/${empty}/roles/Administrator`)
    await expectAllRefused()
    await server.administrator.delete(`/api/v1/groups/${empty}`)
  })

  test('may go as soon as another active member is one, through a group or not', async () => {
    await server.administrator.put(`/api/v1/groups/${outer}/members/${second.id}`)
    const [unnest] = ways()
    expect((await unnest?.())?.status).toBe(204)
    expect((await server.administrator.get('/api/v1/members')).status).toBe(403)
    const again = await second.signInAgain()
    expect((await again.put(own())).status).toBe(204)
  })
})
