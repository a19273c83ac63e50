// better-auth (better-auth/better-auth#10921): two awaited writes for each verification. Here: the database, which
// writes down every row that anybody writes, sees none from 500 verifications, accepted or refused, but for what is
// noted once in five seconds.
import { generateToken } from '@ramp/verifier'
import { expect, test } from 'vitest'
import { onBothEngines } from '../support/databases.ts'
import { useServer } from '../support/test-app.ts'
import { expectOneUse, watchWrites } from '../support/write-log.ts'

onBothEngines('500 verifications', (engine) => {
  const server = useServer(engine)

  test('of one token write its use once, when it is flushed', async () => {
    const script = await server.administrator.token()
    const writes = await watchWrites(server)

    for (let call = 0; call < 250; call++) await script.get('/api/v1/me')
    await Promise.all(Array.from({ length: 250 }, () => script.get('/api/v1/me')))
    await server.services.usage.flush()

    const written = await writes.taken()
    expect(written).toContain('token_usage')
    expectOneUse(written)
  })

  test('that are refused write nothing, but for a real secret how often on that day', async () => {
    const revoked = await server.administrator.token()
    await server.administrator.delete(`/api/v1/tokens/${revoked.id}`)
    const unknown = generateToken('ramp', 'pat').text
    const malformed = revoked.secret.slice(0, -1)
    await server.services.usage.flush()
    await server.sql('DELETE FROM write_log')

    for (const secret of [revoked.secret, unknown, malformed]) {
      const headers = { authorization: `Bearer ${secret}` }
      const answers = await Promise.all(Array.from({ length: 170 }, () => server.anonymous.get('/api/v1/me', headers)))
      expect(answers.filter(({ status }) => status !== 401)).toEqual([])
    }
    await server.services.usage.flush()

    const written = await server.sql<{ table_name: string }>('SELECT table_name FROM write_log')
    expect(new Set(written.map((row) => row.table_name))).toEqual(new Set(['token_day']))
    expect(written.length).toBeLessThanOrEqual(2)
  })
})
