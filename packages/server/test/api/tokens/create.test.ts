import { describe, expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('Creating a token', (engine) => {
  const server = useServer(engine)

  test('the token acts as the person who made it, without any further login', async () => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer'] })
    const script = await owner.token()

    const [asToken, asPerson] = [await script.get('/api/v1/me'), await owner.get('/api/v1/me')]

    expect(asToken.status).toBe(200)
    expect(asToken.body.account).toEqual(asPerson.body.account)
    expect(asToken.body.account).toMatchObject({
      id: owner.id,
      username: owner.username,
      roles: ['GlobalTemplateViewer'],
    })
    expect(asToken.body.credential).toEqual({ type: 'pat', tokenId: script.id })
    expect(asPerson.body.credential).toEqual({ type: 'session' })
  })

  test('a name is enough; the answer says all there is, and where the token is', async () => {
    const owner = await server.member()
    const created = await owner.post('/api/v1/tokens', { name: 'nightly backup' })

    expect(created.status).toBe(201)
    expect(created.body.secret).toMatch(/^ramp_pat_[0-9A-Za-z]{50}$/)
    expect(created.body.token).toEqual({
      id: created.body.secret.slice('ramp_pat_'.length, 'ramp_pat_'.length + 12),
      kind: 'pat',
      name: 'nightly backup',
      createdAt: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]{12}Z$/),
      expiresAt: null,
      lastUsedAt: null,
      lastUsedAddress: null,
      lastUsedClient: null,
      revokedAt: null,
      revokedBy: null,
      endReason: null,
      status: 'active',
      permissions: null,
      allowedAddresses: null,
    })
    expect(created.headers.location).toBe(`/api/v1/tokens/${created.body.token.id}`)
    expect(created.headers['cache-control']).toBe('no-store')
    expect((await owner.get(created.headers.location ?? '')).body).toEqual(created.body.token)
  })

  test('the secret is shown once: no later answer has it, and only its digest is stored', async () => {
    const owner = await server.member()
    const script = await owner.token({ name: 'shown once' })
    const later = [
      await owner.get('/api/v1/tokens?status=all'),
      await owner.get(`/api/v1/tokens/${script.id}`),
      await owner.patch(`/api/v1/tokens/${script.id}`, { name: 'renamed' }),
      await script.get('/api/v1/me'),
      await server.administrator.get('/api/v1/audit-events?limit=200'),
    ]
    const secretPart = script.secret.slice('ramp_pat_'.length + 12)
    for (const { status, body } of later) {
      expect(status).toBe(200)
      expect(JSON.stringify(body)).not.toContain(secretPart)
    }
    expect(JSON.stringify(await server.sql('SELECT * FROM token'))).not.toContain(secretPart)
  })

  describe('PATs make no PATs', () => {
    test('not even one that may write tokens', async () => {
      const owner = await server.member()
      for (const script of [await owner.token(), await owner.tokenWith('own-tokens:read', 'own-tokens:write')]) {
        const refused = await nothingHappens(server, () => script.post('/api/v1/tokens', { name: newName('child') }))
        expect(refused).toMatchObject({ status: 403, body: { code: 'session_required' } })
      }
    })

    test('a session beside the token does not help: the token alone counts', async () => {
      const owner = await server.member()
      const script = await owner.token()
      const refused = await nothingHappens(server, () =>
        script.post('/api/v1/tokens', { name: newName('child') }, { cookie: owner.cookie }),
      )
      expect(refused).toMatchObject({ status: 403, body: { code: 'session_required' } })
    })
  })

  test.each(['accountId', 'ownerId', 'account_id', 'expires_in_days', 'kind', 'digest', 'userId'])(
    'an unknown field (%s) is refused, never dropped',
    async (field) => {
      const owner = server.administrator
      const body = { name: newName('stray'), [field]: 'x' }
      const refused = await nothingHappens(server, () => owner.post('/api/v1/tokens', body))
      expect(refused).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: [{ field, code: 'unknown_field' }] },
      })
    },
  )
})
