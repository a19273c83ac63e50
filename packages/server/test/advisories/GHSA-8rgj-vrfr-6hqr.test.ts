// StudioCMS: any editor could revoke anybody's tokens by id. Here: somebody else's token looks missing to everybody
// but its owner, by every credential, and goes on working.
import { expect, test } from 'vitest'
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
})
