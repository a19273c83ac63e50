// Bitbucket: an expired token fell through to the password login and locked the account. Here: a refused bearer token
// ends the request: a good session beside it is not tried, and no count of failed sign-ins moves.
import { expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS, toInstant } from '../../src/core/clock.ts'
import { onBothEngines } from '../support/databases.ts'
import { nothingHappens } from '../support/nothing-happened.ts'
import { useServer } from '../support/test-app.ts'

onBothEngines('A refused bearer token', (engine) => {
  const server = useServer(engine)
  const failures = () => server.sql('SELECT * FROM sign_in_failure ORDER BY scope')

  test('ends the request, though the session beside it is good', async () => {
    const owner = await server.member()
    const expired = await owner.token({ expiresAt: toInstant(server.clock() + MINUTE_MS) })
    const revoked = await owner.token()
    await owner.delete(`/api/v1/tokens/${revoked.id}`)
    server.clock.advance(2 * MINUTE_MS)

    const refusals = [
      [`Bearer ${expired.secret}`, 'token_expired'],
      [`Bearer ${revoked.secret}`, 'token_revoked'],
      [`Bearer ${owner.password}`, 'token_invalid'],
      ['Bearer', 'token_invalid'],
      [
        `Basic ${Buffer.from(`${owner.username}:${owner.password}`).toString('base64')}`,
        'authorization_scheme_unsupported',
      ],
    ] as const
    for (const [authorization, code] of refusals) {
      const refused = await nothingHappens(server, () => owner.get('/api/v1/me', { authorization }))
      expect(refused).toMatchObject({ status: 401, body: { code } })
    }
    expect((await owner.get('/api/v1/me')).status).toBe(200)
  })

  test('however often, moves no count and locks nobody out', async () => {
    const owner = await server.member()
    const expired = await owner.token({ expiresAt: toInstant(server.clock() + DAY_MS) })
    server.clock.advance(2 * DAY_MS)
    const before = await failures()

    const answers = await Promise.all(Array.from({ length: 300 }, () => expired.get('/api/v1/me')))

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    expect(await failures()).toEqual(before)
    expect((await owner.signInAgain()).id).toBe(owner.id)
  })
})
