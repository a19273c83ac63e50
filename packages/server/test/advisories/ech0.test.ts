// Ech0: an access token without an expiration could not be revoked, and signing out crashed. Here: it is listed, read,
// changed and revoked as any other, on its own or by itself, and signing out leaves it as it is.
import { expect, test } from 'vitest'
import { DAY_MS } from '../../src/core/clock.ts'
import { onBothEngines } from '../support/databases.ts'
import { useServer } from '../support/test-app.ts'

onBothEngines('A token without an expiration', (engine) => {
  const server = useServer(engine)

  test.each([{}, { expiresAt: null }])('given as %j, is listed, read and changed as any other', async (expiration) => {
    const owner = await server.member()
    const endless = await owner.token({ name: 'endless', ...expiration })
    const ending = await owner.token({ name: 'ending', expiresAt: '2090-01-01' })

    for (const sort of ['expiresAt', '-expiresAt', 'createdAt', 'lastUsedAt', 'name']) {
      const { body } = await owner.get(`/api/v1/tokens?sort=${sort}`)
      expect(body.items.map(({ id }: { id: string }) => id).sort()).toEqual([endless.id, ending.id].sort())
    }
    expect((await owner.get(`/api/v1/tokens/${endless.id}`)).body).toMatchObject({ expiresAt: null, status: 'active' })
    expect((await owner.patch(`/api/v1/tokens/${endless.id}`, { name: 'endless still' })).status).toBe(200)
  })

  test('is revoked by its owner, by another token, and by itself', async () => {
    const owner = await server.member()
    const revoker = await owner.token()
    const tokens = [await owner.token(), await owner.token(), await owner.token()] as const
    const revocations = [
      () => owner.delete(`/api/v1/tokens/${tokens[0].id}`),
      () => revoker.delete(`/api/v1/tokens/${tokens[1].id}`),
      () => tokens[2].delete('/api/v1/tokens/current'),
    ]
    for (const revoke of revocations) expect((await revoke()).status).toBe(204)
    for (const token of tokens) {
      expect(await token.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
    }
  })

  test('outlives the sign-out of its owner, which works', async () => {
    const owner = await server.member()
    const endless = await owner.token()
    expect((await owner.delete('/api/v1/session')).status).toBe(204)
    expect((await owner.get('/api/v1/me')).status).toBe(401)
    expect((await endless.get('/api/v1/me')).status).toBe(200)
  })

  test('still works after years, and is revoked then', async () => {
    const owner = await server.member()
    const endless = await owner.token()
    server.clock.advance(20 * 365 * DAY_MS)
    expect((await endless.get('/api/v1/me')).status).toBe(200)
    expect((await (await owner.signInAgain()).delete(`/api/v1/tokens/${endless.id}`)).status).toBe(204)
    expect((await endless.get('/api/v1/me')).status).toBe(401)
  })
})
