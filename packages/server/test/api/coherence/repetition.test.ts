import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Member, newName, type TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts'
import { useServer } from '../../support/test-app.ts'
import { connectVerifier, type InProcessVerifier } from '../../support/verifiers.ts'

/** Whoever repeats a change because no answer came must be able to rely on the answer to the repetition. */
onBothEngines('A repetition while a verifier hangs', (engine) => {
  const server = useServer(engine)
  let network: TcpProxy
  let distant: InProcessVerifier
  beforeAll(async () => {
    network = await tcpProxy(Number(new URL(server.origin).port))
    distant = await connectVerifier(server, `http://127.0.0.1:${network.port}`)
  })
  afterAll(async () => {
    await network.cut()
    await distant.close()
  })

  interface Change {
    readonly token: TokenHolder
    make(): ReturnType<Member['get']>
  }
  let changes: readonly Change[]
  beforeAll(async () => {
    const { administrator } = server
    const [leaving, stopped] = [await server.member({ roles: ['Auditor'] }), await server.member()]
    const [demoted, revoked] = [await leaving.token(), await administrator.token()]
    const { body: group } = await administrator.post('/api/v1/groups', { name: newName('group') })
    const membership = `/api/v1/groups/${group.id}/members/${administrator.id}`
    await administrator.put(`/api/v1/groups/${group.id}/roles/GlobalTemplateViewer`)
    await administrator.put(membership)
    changes = [
      { token: revoked, make: () => administrator.delete(`/api/v1/tokens/${revoked.id}`) },
      { token: demoted, make: () => administrator.delete(`/api/v1/members/${leaving.id}/roles/Auditor`) },
      {
        token: await stopped.token(),
        make: () => administrator.patch(`/api/v1/members/${stopped.id}`, { status: 'deactivated' }),
      },
      { token: await administrator.token(), make: () => administrator.delete(membership) },
    ]
  })

  test('is answered no sooner than what it repeats counts everywhere', async () => {
    const may = async ({ secret }: TokenHolder) =>
      (await distant.verify(`Bearer ${secret}`, { permission: 'own-tokens:read' })).outcome
    for (const { token } of changes) await distant.warm(token)
    network.stall()
    const before = await Promise.all(changes.map(({ token }) => token.get('/api/v1/me')))
    const firsts = changes.map(({ make }) => make())
    // Each is stored, and counts where it was made, while it is not answered yet.
    for (const [index, { token }] of changes.entries()) {
      await expect
        .poll(async () => (await token.get('/api/v1/me')).body, { timeout: 10_000 })
        .not.toEqual(before[index]?.body)
    }
    for (const { token, make } of changes) {
      expect((await make()).status).toBeLessThan(300)
      expect(await may(token)).toBe('unavailable')
    }
    for (const first of firsts) expect((await first).status).toBeLessThan(300)
  })
})
