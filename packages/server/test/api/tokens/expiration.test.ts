import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../../src/core/clock.ts'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const READ = [
  { given: '2099-01-31', means: '2099-01-31T23:59:59.999Z' },
  { given: '2096-02-29', means: '2096-02-29T23:59:59.999Z' },
  { given: '2099-01-31T12:00:00Z', means: '2099-01-31T12:00:00.000Z' },
  { given: '2099-01-31t12:00:00.5z', means: '2099-01-31T12:00:00.500Z' },
  { given: '2099-01-31T12:00:00+05:30', means: '2099-01-31T06:30:00.000Z' },
  { given: '2099-12-31T23:00:00-02:00', means: '2100-01-01T01:00:00.000Z' },
  { given: null, means: null },
]

const REFUSED = [
  { given: '2020-01-01', code: 'not_in_future' },
  { given: '2020-01-01T00:00:00Z', code: 'not_in_future' },
  { given: '2099-02-30', code: 'not_an_instant' },
  { given: '2099-02-29', code: 'not_an_instant' },
  { given: '2099-02-30T12:00:00Z', code: 'not_an_instant' },
  { given: '2099-13-01', code: 'not_an_instant' },
  { given: '2099-00-10', code: 'not_an_instant' },
  { given: '2099-01-31T12:00:00', code: 'not_an_instant' },
  { given: '2099-01-31T25:00:00Z', code: 'not_an_instant' },
  { given: '2099-01-31T24:00:00Z', code: 'not_an_instant' },
  { given: '2099-01-31T12:60:00Z', code: 'not_an_instant' },
  { given: '2099-01-31T12:00:00+25:00', code: 'not_an_instant' },
  { given: '2099-01-31 12:00:00Z', code: 'not_an_instant' },
  { given: '+002099-01-31', code: 'not_an_instant' },
  { given: 'tomorrow', code: 'not_an_instant' },
  { given: '90', code: 'not_an_instant' },
  { given: '', code: 'not_an_instant' },
  { given: 4_073_500_800_000, code: 'wrong_type' },
  { given: {}, code: 'wrong_type' },
]

onBothEngines('The expiration of a token', (engine) => {
  const server = useServer(engine)

  test.each(READ)('$given means $means', async ({ given, means }) => {
    const created = await server.administrator.post('/api/v1/tokens', { name: newName('ends'), expiresAt: given })
    expect(created).toMatchObject({ status: 201, body: { token: { expiresAt: means, status: 'active' } } })
  })

  test.each(REFUSED)('$given is refused: $code', async ({ given, code }) => {
    const name = newName('never')
    const refused = await nothingHappens(server, () =>
      server.administrator.post('/api/v1/tokens', { name, expiresAt: given }),
    )
    expect(refused.status).toBe(400)
    expect(refused.body.code).toBe('validation_failed')
    expect(refused.body.errors[0]).toMatchObject({ field: 'expiresAt', code })
  })

  test('today is the end of today', async () => {
    const today = new Date(server.clock()).toISOString().slice(0, 10)
    const created = await server.administrator.post('/api/v1/tokens', { name: newName('today'), expiresAt: today })
    expect(created.body.token.expiresAt).toBe(`${today}T23:59:59.999Z`)
  })

  test('a token works until its instant and not from then on, though it is in use', async () => {
    const owner = await server.member()
    const script = await owner.token({ expiresAt: new Date(server.clock() + HOUR_MS).toISOString() })
    server.clock.advance(HOUR_MS - 20 * SECOND_MS)
    expect((await script.get('/api/v1/me')).status).toBe(200)

    server.clock.advance(20 * SECOND_MS)

    const refused = await script.get('/api/v1/me')
    expect(refused).toMatchObject({ status: 401, body: { code: 'token_expired' } })
    expect(refused.headers['www-authenticate']).toContain(
      'error="invalid_token", error_description="The token has expired"',
    )
    expect((await owner.get(`/api/v1/tokens/${script.id}`)).body.status).toBe('expired')
  })

  test('without an expiration a token works until it is revoked', async () => {
    const owner = await server.member()
    const script = await owner.token({ expiresAt: null })
    server.clock.advance(4000 * DAY_MS)
    expect((await script.get('/api/v1/me')).status).toBe(200)
    const session = await owner.signInAgain()
    expect((await session.delete(`/api/v1/tokens/${script.id}`)).status).toBe(204)
    expect(await script.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
  })
})
