// StudioCMS: any editor could revoke anybody's tokens by id. Here: somebody else's token looks missing to everybody
// but its owner, by every credential, and goes on working.
import { expect, test } from 'vitest'
import { newName } from '../support/actors.ts'
import { onBothEngines } from '../support/databases.ts'
import { nothingHappens } from '../support/nothing-happened.ts'
import { useServer } from '../support/test-app.ts'

onBothEngines('Revoking a token by its id', (engine) => {
  const server = useServer(engine)

  test("is refused as missing for anybody else's, and it stays alive", async () => {
    const owner = await server.member()
    const editor = await server.member({ roles: ['GlobalTemplateOwner', 'GlobalInstanceHead'] })
    const superUser = await server.member({ roles: ['SuperUser'] })
    const script = await owner.token()
    const others = [editor, superUser, server.administrator, await editor.token(), await server.administrator.token()]

    for (const other of others) {
      for (const path of [`/api/v1/tokens/${script.id}`, `/api/v1/tokens/${script.id}?accountId=${owner.id}`]) {
        const refused = await nothingHappens(server, () => other.delete(path))
        expect(refused).toMatchObject({ status: 404, body: { code: 'token_not_found' } })
      }
    }

    expect((await script.get('/api/v1/me')).body.account.id).toBe(owner.id)
    expect((await owner.delete(`/api/v1/tokens/${script.id}`)).status).toBe(204)
    expect((await script.get('/api/v1/me')).status).toBe(401)
  })

  test('by the inventory, or as if it were a machine’s, takes the permission for it', async () => {
    const owner = await server.member()
    const script = await owner.token()
    const { body: machine } = await server.administrator.post('/api/v1/service-accounts', { name: newName('machine') })
    const superUser = await server.member({ roles: ['SuperUser'] })
    const auditor = await server.member({ roles: ['Auditor'] })
    const narrowed = await server.administrator.tokenWith('inventory:read', 'service-accounts:write')
    for (const other of [superUser, auditor, await auditor.token(), narrowed]) {
      for (const order of [{ ids: [script.id] }, { filter: { accountId: owner.id }, expectedCount: 1 }]) {
        const refused = await nothingHappens(server, () => other.post('/api/v1/admin/tokens/revoke', order), [
          'audit_event',
        ])
        expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
      }
    }
    for (const account of [machine.id, owner.id]) {
      const path = `/api/v1/service-accounts/${account}/tokens/${script.id}`
      const refused = await nothingHappens(server, () => server.administrator.delete(path))
      expect(refused.status).toBe(404)
    }
    expect((await script.get('/api/v1/me')).status).toBe(200)
  })
})
