// Memos: a password change left what a thief had taken alive. Here: it ends every other session on every node, by the
// owner's change as by an Administrator's reset, and the owner sees and revokes every token there is.
import { expect, test } from 'vitest'
import { Actor } from '../support/actors.ts'
import { onBothEngines } from '../support/databases.ts'
import { useNodes } from '../support/nodes.ts'

onBothEngines('A password that is changed', (engine) => {
  const { first, all, everywhere } = useNodes(engine, 2)
  const onEveryNode = (cookie: string) => all().map((node) => new Actor(node.origin, { cookie }))

  test("ends the thief's sessions at once and keeps the one that changed it", async () => {
    const owner = await first.member()
    const thief = await owner.signInAgain()
    for (const call of onEveryNode(thief.cookie)) expect((await call.get('/api/v1/me')).status).toBe(200)

    const passwords = { currentPassword: owner.password, newPassword: 'another one altogether' }
    expect((await owner.put('/api/v1/me/password', passwords)).status).toBe(204)

    for (const call of onEveryNode(thief.cookie)) {
      expect(await call.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    }
    await expect(thief.signInAgain()).rejects.toThrow('sign_in_failed')
    for (const call of onEveryNode(owner.cookie)) expect((await call.get('/api/v1/me')).status).toBe(200)
  })

  test('by an Administrator, ends all sessions and lets nobody go on with the new one', async () => {
    const owner = await first.member()
    await first.administrator.patch(`/api/v1/members/${owner.id}`, { password: 'a reset password' })
    for (const call of onEveryNode(owner.cookie)) expect((await call.get('/api/v1/me')).status).toBe(401)
    await expect(owner.signInAgain()).rejects.toThrow('sign_in_failed')
  })

  test('leaves no token that its owner could not see and revoke', async () => {
    const owner = await first.member()
    const thief = await owner.signInAgain()
    const stolen = [await thief.token(), await thief.token()]
    await owner.put('/api/v1/me/password', { currentPassword: owner.password, newPassword: 'another one altogether' })

    const { items } = (await owner.get('/api/v1/tokens')).body as { items: { id: string }[] }
    expect(items.map(({ id }) => id).sort()).toEqual(stolen.map(({ id }) => id).sort())
    for (const { id } of items) expect((await owner.delete(`/api/v1/tokens/${id}`)).status).toBe(204)

    for (const call of stolen.flatMap(everywhere)) expect((await call.get('/api/v1/me')).status).toBe(401)
  })
})
