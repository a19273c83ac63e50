import { beforeAll, describe, expect, test } from 'vitest'
import { type Member, newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('A SuperUser', (engine) => {
  const server = useServer(engine)
  let superUser: Member
  let equal: Member
  beforeAll(async () => {
    superUser = await server.member({ roles: ['SuperUser'] })
    equal = await server.member()
  })

  const put = async (path: string) => expect((await server.administrator.put(path)).status).toBe(204)
  const newGroup = async () => {
    const { body } = await server.administrator.post('/api/v1/groups', { name: newName('group') })
    return `/api/v1/groups/${body.id}`
  }
  const idOf = (path: string) => path.split('/').at(-1) as string

  /** Three ways in which a member is an Administrator. */
  const HOW: Record<string, (member: Member) => Promise<void>> = {
    'has the role': ({ id }) => put(`/api/v1/members/${id}/roles/Administrator`),
    'is in a group that has the role': async ({ id }) => {
      const group = await newGroup()
      await put(`${group}/roles/Administrator`)
      await put(`${group}/members/${id}`)
    },
    'is in a group that is in one that is in one that has the role': async ({ id }) => {
      const [inner, middle, outer] = [await newGroup(), await newGroup(), await newGroup()]
      await put(`${outer}/roles/Administrator`)
      await put(`${outer}/groups/${idOf(middle)}`)
      await put(`${middle}/groups/${idOf(inner)}`)
      await put(`${inner}/members/${id}`)
    },
  }

  describe.each(Object.keys(HOW))('does not manage a member who %s:', (how) => {
    let higher: Member
    beforeAll(async () => {
      higher = await server.member()
      await HOW[how]?.(higher)
    })
    const path = () => `/api/v1/members/${higher.id}`
    const line = (status: string) =>
      `username,email,firstName,lastName,roles,status\n${higher.username},,,,,${status}\n`

    test.each([
      ['deactivates', () => superUser.patch(path(), { status: 'deactivated' })],
      ['renames', () => superUser.patch(path(), { lastName: 'Lower' })],
      ['resets the password', () => superUser.patch(path(), { password: 'a password of the SuperUser' })],
      [
        'deactivates among others',
        () => superUser.post('/api/v1/members/bulk', { ids: [equal.id, higher.id], action: { status: 'deactivated' } }),
      ],
      ['deactivates by a file', () => superUser.post('/api/v1/members/import', { csv: line('deactivated') })],
    ])('neither %s', async (_what, attempt) => {
      const answer = await nothingHappens(server, attempt, ['audit_event'])
      const codes = [answer.body.code, ...(answer.body.errors ?? []).map(({ code }: { code: string }) => code)]
      expect(codes).toContain('insufficient_permissions')
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect((await higher.get('/api/v1/me')).status).toBe(200)
    })
  })

  test('manages a member who is in a group that allows no more than they may do', async () => {
    const group = await newGroup()
    await put(`${group}/roles/GlobalTemplateViewer`)
    await put(`${group}/members/${equal.id}`)
    const action = { status: 'deactivated' }
    const answer = await superUser.post('/api/v1/members/bulk', { ids: [equal.id], action })
    expect(answer).toMatchObject({ status: 200, body: { changed: 1 } })
  })
})
