// better-auth (better-auth/better-auth#10921): two awaited writes for each verification. Here: the database, which
// writes down every row that anybody writes, sees none from 500 verifications, accepted or refused, but for what is
// noted once in five seconds.
import { generateToken } from '@ramp/verifier'
import { expect, test } from 'vitest'
import { onBothEngines } from '../support/databases.ts'
import { useServer } from '../support/test-app.ts'
import { watchWrites } from '../support/write-log.ts'

onBothEngines('500 verifications', (engine) => {
  const server = useServer(engine)

  test('of one token write one row, when it is flushed', async () => {
    const script = await server.administrator.token()
    const writes = await watchWrites(server)

    for (let call = 0; call < 250; call++) await script.get('/api/v1/me')
    await Promise.all(Array.from({ length: 250 }, () => script.get('/api/v1/me')))
    await server.services.usage.flush()

    // The server's own timer may have come in between, and then the rest is a second row; it is never one a call.
    const written = await writes.taken()
    expect(new Set(written)).toEqual(new Set(['token_usage']))
    expect(written.length).toBeLessThanOrEqual(2)
  })

  test('that are refused write nothing', async () => {
    const revoked = await server.administrator.token()
    await server.administrator.delete(`/api/v1/tokens/${revoked.id}`)
    const unknown = generateToken('ramp', 'pat').text
    const malformed = revoked.secret.slice(0, -1)
    await server.services.usage.flush()
    const writes = await server.sql<{ rows: number }>('SELECT count(*) AS rows FROM write_log')

    for (const secret of [revoked.secret, unknown, malformed]) {
      const headers = { authorization: `Bearer ${secret}` }
      const answers = await Promise.all(Array.from({ length: 170 }, () => server.anonymous.get('/api/v1/me', headers)))
      expect(answers.filter(({ status }) => status !== 401)).toEqual([])
    }
    await server.services.usage.flush()

    expect(await server.sql('SELECT count(*) AS rows FROM write_log')).toEqual(writes)
  })
})
