import { beforeEach, expect, test } from 'vitest'
import type { Member } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const path = ({ id }: Member) => `/api/v1/members/${id}`
const role = (member: Member) => `${path(member)}/roles/Administrator`

onBothEngines('The last active Administrator', (engine) => {
  const server = useServer(engine)
  let second: Member

  beforeEach(async () => {
    second = await server.member({ roles: ['Administrator'] })
  })

  test('keeps the role, by whatever credential it is to be taken', async () => {
    expect((await server.administrator.patch(path(second), { status: 'deactivated' })).status).toBe(200)
    for (const actor of [server.administrator, await server.administrator.token()]) {
      const refused = await nothingHappens(server, () => actor.delete(role(server.administrator)), ['audit_event'])
      expect(refused).toMatchObject({ status: 409, body: { code: 'last_administrator' } })
    }
    expect((await server.administrator.get('/api/v1/members')).status).toBe(200)
  })

  test('is nobody who is deactivated: one who is left may still take the role from them', async () => {
    await server.administrator.patch(path(second), { status: 'deactivated' })
    expect((await server.administrator.delete(role(second))).status).toBe(204)
  })

  /** These two and nobody else; afterwards the first of the server again, whose session goes on all the while. */
  async function theOnlyTwo(act: (first: Member) => Promise<void>): Promise<void> {
    const first = await server.member({ roles: ['Administrator'] })
    await server.sql(`DELETE FROM role_grant WHERE account_id NOT IN ('${first.id}', '${second.id}')`)
    await act(first)
    const grant = `('${server.administrator.id}', 'Administrator', 0)`
    await server.sql(`INSERT INTO role_grant (account_id, role, granted_at) VALUES ${grant}`)
  }

  test('of two who deactivate each other at once, one remains', () =>
    theOnlyTwo(async (first) => {
      const deactivated = { status: 'deactivated' }
      const answers = await Promise.all([
        first.patch(path(second), deactivated),
        second.patch(path(first), deactivated),
      ])
      const states = await server.sql(
        "SELECT id FROM account JOIN role_grant ON account_id = id WHERE role = 'Administrator' AND deactivated_at IS NULL",
      )
      expect(states).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    }))

  test('of two who take the role from each other at once, one remains', () =>
    theOnlyTwo(async (first) => {
      const answers = await Promise.all([first.delete(role(second)), second.delete(role(first))])
      const holders = await server.sql("SELECT account_id FROM role_grant WHERE role = 'Administrator'")
      expect(holders).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    }))
})
