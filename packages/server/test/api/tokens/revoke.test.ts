import { expect, test } from 'vitest'
import { SECOND_MS } from '../../../src/core/clock.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('Revoking a token', (engine) => {
  const server = useServer(engine)

  test('the call after the answer is refused, though the token was in use until then', async () => {
    const owner = await server.member()
    const script = await owner.token()
    for (let call = 0; call < 20; call++) expect((await script.get('/api/v1/me')).status).toBe(200)

    const revoked = await owner.delete(`/api/v1/tokens/${script.id}`)

    expect(revoked).toMatchObject({ status: 204, body: null })
    const refused = await script.get('/api/v1/me')
    expect(refused).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
    expect(refused.headers['www-authenticate']).toBe(
      'Bearer realm="ramp", error="invalid_token", error_description="The token was revoked"',
    )
  })

  test('under load: of the calls that begin after the answer, not one is let in', async () => {
    const script = await server.administrator.token()
    let isAnswered = false
    const letInLate: number[] = []
    const caller = async () => {
      for (let call = 0; ; call++) {
        const beganAfterAnswer = isAnswered
        const { status } = await script.get('/api/v1/me')
        if (beganAfterAnswer && status === 200) letInLate.push(call)
        if (beganAfterAnswer) return
      }
    }
    const callers = Array.from({ length: 16 }, caller)
    await server.administrator.delete(`/api/v1/tokens/${script.id}`)
    isAnswered = true
    await Promise.all(callers)
    expect(letInLate).toEqual([])
  })

  test('stays on record with who revoked it and when, and is done once', async () => {
    const owner = await server.member()
    const script = await owner.token({ name: 'done with' })
    const at = server.clock()
    await owner.delete(`/api/v1/tokens/${script.id}`)
    const done = server.clock()
    server.clock.advance(5 * SECOND_MS)

    const again = await nothingHappens(server, () => owner.delete(`/api/v1/tokens/${script.id}`))

    expect(again.status).toBe(204)
    const { body } = await owner.get('/api/v1/tokens?status=revoked')
    expect(body.items).toMatchObject([
      { id: script.id, name: 'done with', status: 'revoked', revokedBy: owner.username },
    ])
    const revokedAt = Date.parse(body.items[0].revokedAt)
    expect(revokedAt).toBeGreaterThanOrEqual(at)
    expect(revokedAt).toBeLessThanOrEqual(done)
    expect((await owner.get('/api/v1/tokens')).body.items).toEqual([])
  })

  test('a token revokes itself, even one that may do nothing else', async () => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer'] })
    const script = await owner.tokenWith('templates:read')
    expect((await script.delete('/api/v1/tokens/current')).status).toBe(204)
    expect(await script.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
    expect((await owner.get(`/api/v1/tokens/${script.id}`)).body.revokedBy).toBe(owner.username)
  })

  test('a session has no token of its own to revoke', async () => {
    const refused = await nothingHappens(server, () => server.administrator.delete('/api/v1/tokens/current'))
    expect(refused).toMatchObject({ status: 403, body: { code: 'bearer_required' } })
  })

  test('a token that may not write tokens revokes no other', async () => {
    const reader = await server.administrator.tokenWith('own-tokens:read')
    const other = await server.administrator.token()
    const refused = await nothingHappens(server, () => reader.delete(`/api/v1/tokens/${other.id}`))
    expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
    expect((await other.get('/api/v1/me')).status).toBe(200)
  })

  test('typed into another connection, it counts as well', async () => {
    const script = await server.administrator.token()
    expect((await script.get('/api/v1/me')).status).toBe(200)
    const now = server.clock()
    await server.sql(`UPDATE token SET revoked_at = ${now}, name_released_at = ${now} WHERE id = '${script.id}'`)
    expect(await script.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
  })
})
