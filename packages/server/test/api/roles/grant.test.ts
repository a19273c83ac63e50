import { expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('Giving and taking a role', (engine) => {
  const server = useServer(engine)
  const path = ({ id }: { id: string }, role: string) => `/api/v1/members/${id}/roles/${role}`

  test('is done once, however often it is asked for', async () => {
    const member = await server.member()
    for (const method of ['PUT', 'DELETE'] as const) {
      expect(await server.administrator.request(method, path(member, 'Auditor'))).toMatchObject({
        status: 204,
        body: null,
      })
      const again = await nothingHappens(server, () => server.administrator.request(method, path(member, 'Auditor')))
      expect(again.status).toBe(204)
    }
  })

  test('takes a role of the catalogue, spelt as there', async () => {
    const member = await server.member()
    for (const role of ['Emperor', 'auditor', '__proto__', 'constructor', '%41uditor%20']) {
      for (const method of ['PUT', 'DELETE'] as const) {
        const refused = await nothingHappens(server, () => server.administrator.request(method, path(member, role)))
        expect(refused, role).toMatchObject({ status: 404, body: { code: 'role_not_found' } })
      }
    }
  })

  test('takes a member', async () => {
    const nobody = { id: '00000000-0000-4000-8000-000000000000' }
    for (const method of ['PUT', 'DELETE'] as const) {
      const refused = await nothingHappens(server, () => server.administrator.request(method, path(nobody, 'Auditor')))
      expect(refused).toMatchObject({ status: 404, body: { code: 'member_not_found' } })
    }
  })

  test('takes roles:grant: a SuperUser raises nobody, not themselves either', async () => {
    const superUser = await server.member({ roles: ['SuperUser'] })
    for (const member of [superUser, await server.member()]) {
      const refused = await nothingHappens(server, () => superUser.put(path(member, 'Administrator')), ['audit_event'])
      expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
    }
  })

  test('a narrowed token of an Administrator gives nothing beyond itself, to itself least of all', async () => {
    const script = await server.administrator.tokenWith('roles:grant', 'audit:read')
    for (const role of ['Administrator', 'SuperUser', 'Auditor', 'GlobalTemplateViewer']) {
      const refused = await nothingHappens(server, () => script.put(path(server.administrator, role)), ['audit_event'])
      expect(refused).toMatchObject({ status: 403, body: { code: 'grant_exceeds_token' } })
    }
  })

  test('what SQL gave and the catalogue does not know gives nothing, and can be taken', async () => {
    const member = await server.member()
    const script = await member.token()
    await server.sql(`INSERT INTO role_grant (account_id, role, granted_at) VALUES ('${member.id}', 'Retired', 0)`)
    expect((await script.get('/api/v1/me')).body.account).toMatchObject({
      permissions: ['own-tokens:read', 'own-tokens:write'],
    })
    expect((await server.administrator.delete(path(member, 'Retired'))).status).toBe(204)
    expect((await script.get('/api/v1/me')).body.account.roles).toEqual([])
  })
})
