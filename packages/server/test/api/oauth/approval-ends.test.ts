/** What is approved and not fetched yet ends with the session, the password or the account that approved it. */
import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/clock.ts'
import { type Member, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { sendForm } from '../../support/oauth-client.ts'
import { setPolicy } from '../../support/policy.ts'
import { type TestServer, useServer } from '../../support/test-app.ts'

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

async function approved(server: TestServer, person: Member): Promise<string> {
  const { body } = await sendForm(server.anonymous, '/oauth2/device_authorization', { client_id: 'ramp-cli' })
  const answer = await person.post(`/api/v1/device-authorizations/${body.user_code}/approve`)
  expect(answer.status).toBe(204)
  return body.device_code
}

const poll = (server: TestServer, device_code: string) =>
  sendForm(server.anonymous, '/oauth2/token', { grant_type: DEVICE_GRANT, client_id: 'ramp-cli', device_code })

const changePassword = (person: Member, more: object = {}) =>
  person.put('/api/v1/me/password', {
    currentPassword: person.password,
    newPassword: `another ${person.password}`,
    ...more,
  })

interface Way {
  readonly name: string
  readonly end: (scene: { server: TestServer; owner: Member; thief: Member }) => Promise<unknown>
}

const WAYS: readonly Way[] = [
  { name: 'its session signs out', end: ({ thief }) => thief.delete('/api/v1/session') },
  { name: 'another session ends all sessions', end: ({ owner }) => owner.delete('/api/v1/me/sessions') },
  { name: 'another session changes the password', end: ({ owner }) => changePassword(owner) },
  { name: 'its own session changes the password', end: ({ thief }) => changePassword(thief) },
  {
    name: 'an administrator resets the password',
    end: ({ server, owner }) =>
      server.administrator.patch(`/api/v1/members/${owner.id}`, { password: 'a password of somebody else' }),
  },
  {
    name: 'an administrator deactivates the account',
    end: ({ server, owner }) => server.administrator.patch(`/api/v1/members/${owner.id}`, { status: 'deactivated' }),
  },
  {
    name: 'its session is deleted by SQL',
    end: ({ server, owner }) => server.sql(`DELETE FROM session WHERE account_id = '${owner.id}'`),
  },
  {
    name: 'the password is changed by SQL',
    end: ({ server, owner }) =>
      server.sql(`UPDATE member SET password_hash = password_hash || 'x' WHERE account_id = '${owner.id}'`),
  },
  {
    name: 'a change of the password is demanded by SQL',
    end: ({ server, owner }) =>
      server.sql(`UPDATE member SET password_change_required_at = 1 WHERE account_id = '${owner.id}'`),
  },
  {
    name: 'the account is deactivated by SQL',
    end: ({ server, owner }) => server.sql(`UPDATE account SET deactivated_at = 1 WHERE id = '${owner.id}'`),
  },
]

onBothEngines('An approved device authorization', (engine) => {
  const server = useServer(engine)

  test.each(WAYS)('gives no token once $name', async ({ end }) => {
    const owner = await server.member()
    const thief = await owner.signInAgain()
    const code = await approved(server, thief)
    await end({ server, owner, thief })
    const refused = await nothingHappens(server, () => poll(server, code))
    expect(refused).toMatchObject({ status: 400, body: { error: 'access_denied' } })
    server.clock.advance(MINUTE_MS)
    expect((await poll(server, code)).body.error).toBe('access_denied')
  })

  test('gives no token once its session was idle for too long', async () => {
    const owner = await server.member()
    const code = await approved(server, owner)
    const longAgo = server.clock() - 13 * HOUR_MS
    await server.sql(`UPDATE session SET last_seen_at = ${longAgo} WHERE account_id = '${owner.id}'`)
    expect((await poll(server, code)).body.error).toBe('access_denied')
  })

  test('gives a token that is one as any other, which outlives the session', async () => {
    const owner = await server.member()
    const other = await owner.signInAgain()
    const { body } = await poll(server, await approved(server, other))
    await other.delete('/api/v1/session')
    const token = new TokenHolder(server.origin, { id: 'x', secret: body.access_token })
    expect((await token.get('/api/v1/me')).status).toBe(200)
    expect((await owner.get('/api/v1/tokens')).body.items).toHaveLength(1)
  })

  test('is not touched by what ends for somebody else, or in another session', async () => {
    const [owner, other] = [await server.member(), await server.member()]
    const code = await approved(server, owner)
    await (await owner.signInAgain()).delete('/api/v1/session')
    await changePassword(other)
    expect((await poll(server, code)).status).toBe(200)
  })
})

onBothEngines('A rotation whose old secret still counts', (engine) => {
  const server = useServer(engine)

  test.each(['asked for', 'the policy’s'])(
    'ends with a change of the password that revokes tokens: %s',
    async (why) => {
      const owner = await server.member()
      const token = await owner.token()
      const { body } = await token.post(`/api/v1/tokens/${token.id}/rotate`, { overlapSeconds: DAY_MS / 1000 })
      const successor = new TokenHolder(server.origin, { id: body.token.id, secret: body.secret })
      const isPolicy = why !== 'asked for'
      await setPolicy(server.administrator, { passwordChange: { tokens: isPolicy ? 'revoke' : 'keep' } })
      expect((await changePassword(owner, isPolicy ? {} : { revokeTokens: true })).status).toBe(204)
      for (const each of [token, successor]) {
        expect((await each.get('/api/v1/me')).body.code).toBe('token_revoked')
        expect((await owner.get(`/api/v1/tokens/${each.id}`)).body.endReason).toBe('password_change')
      }
    },
  )
})
