// Plane (makeplane/plane PR#9225) and Directus (directus/directus#2070): the API key of an inactive user was accepted.
// Here: a token that no cache has ever seen is refused just so, whoever deactivated its owner and how.
import { expect, test } from 'vitest'
import type { Member } from '../support/actors.ts'
import { onBothEngines } from '../support/databases.ts'
import { useNodes } from '../support/nodes.ts'
import { startServer, type TestServer } from '../support/test-app.ts'

const WAYS: Readonly<Record<string, (server: TestServer, member: Member) => Promise<unknown>>> = {
  'by the API': (server, { id }) => server.administrator.patch(`/api/v1/members/${id}`, { status: 'deactivated' }),
  'by SQL': (server, { id }) => server.sql(`UPDATE account SET deactivated_at = ${server.clock()} WHERE id = '${id}'`),
}

onBothEngines("An inactive user's token that was never used", (engine) => {
  const nodes = useNodes(engine, 2)

  test.each(Object.keys(WAYS))('is refused on every node, its owner deactivated %s', async (way) => {
    const owner = await nodes.first.member()
    const script = await owner.token()
    await WAYS[way]?.(nodes.first, owner)
    for (const call of nodes.everywhere(script)) {
      expect(await call.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'account_deactivated' } })
    }
    expect((await owner.get('/api/v1/me')).status).toBe(401)
    expect(await nodes.first.sql(`SELECT * FROM token_usage WHERE token_id = '${script.id}'`)).toEqual([])
  })

  test('is refused by a node that starts afterwards', async () => {
    const owner = await nodes.first.member()
    const script = await owner.token()
    await nodes.first.administrator.patch(`/api/v1/members/${owner.id}`, { status: 'deactivated' })
    const late = await startServer(engine, { on: nodes.first.testDatabase, clock: nodes.first.clock })
    try {
      const headers = { authorization: `Bearer ${script.secret}` }
      expect((await late.anonymous.get('/api/v1/me', headers)).status).toBe(401)
    } finally {
      await late.close()
    }
  })
})
