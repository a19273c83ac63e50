import { expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
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
})
