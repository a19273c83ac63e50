/** While a reset password waits to be changed, its member's tokens do no more than the member can in the web page. */
import { describe, expect, test } from 'vitest'
import { type Actor, type Member, signIn, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { client, introspect, machineWith } from '../../support/machines.ts'
import { useNodes } from '../../support/nodes.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { setPolicy } from '../../support/policy.ts'
import { type TestServer, useServer } from '../../support/test-app.ts'
import { useVerifier } from '../../support/verifiers.ts'

const RESET = 'a password that somebody else chose'

const reset = (server: TestServer, { id }: Member) =>
  server.administrator.patch(`/api/v1/members/${id}`, { password: RESET })

/** Signs in with the password of the reset, and chooses another. */
async function choose(server: TestServer, { username }: Member): Promise<void> {
  const session = await signIn(server.origin, { username, password: RESET })
  const { status } = await session.put('/api/v1/me/password', {
    currentPassword: RESET,
    newPassword: `chosen again by ${username}`,
  })
  expect(status).toBe(204)
}

const answer = async (token: Actor, path = '/api/v1/me') => {
  const { status, body } = await token.get(path)
  return { status, code: body?.code }
}
const PAUSED = { status: 403, code: 'password_change_required' }
const OPEN = { status: 200, code: undefined }

onBothEngines('A token whose owner’s password was reset', (engine) => {
  const server = useServer(engine)
  const verifier = useVerifier(server)

  test('pauses until the owner has chosen a new one, everywhere, and then works again', async () => {
    const owner = await server.member()
    const token = await owner.token()
    const api = await machineWith(server, 'TokenVerifier')
    await verifier.warm(token)
    expect(await answer(token)).toEqual(OPEN)
    expect((await reset(server, owner)).status).toBe(200)
    expect(await nothingHappens(server, () => token.get('/api/v1/me'))).toMatchObject(PAUSED_ANSWER)
    expect(await answer(token, '/_auth/verify')).toEqual(PAUSED)
    expect(await answer(token, '/_auth/envoy/x')).toEqual(PAUSED)
    expect((await introspect(api.token, token.secret)).body).toEqual({ active: false })
    expect((await verifier.outcomeOf(token)).outcome).toBe('password_change_required')
    await choose(server, owner)
    expect([await answer(token), await answer(token, '/_auth/verify')]).toEqual([OPEN, OPEN])
    expect((await introspect(api.token, token.secret)).body.active).toBe(true)
    expect((await verifier.outcomeOf(token)).outcome).toBe('active')
  })

  const PAUSED_ANSWER = { status: 403, body: { code: 'password_change_required' } }

  test('says so to nobody who guesses, and its refusals are counted for it', async () => {
    const owner = await server.member()
    const [token, other] = [await owner.token(), await server.administrator.token()]
    await reset(server, owner)
    const forged = token.secret.replace(token.id, other.id)
    expect((await answer(new TokenHolder(server.origin, { id: 'x', secret: forged }))).code).toBe('token_invalid')
    await answer(token)
    await server.services.usage.flush()
    const { body } = await server.administrator.get(`/api/v1/admin/tokens/${token.id}/activity`)
    expect(body.days.at(-1)).toMatchObject({ refusals: 1 })
    const metrics = (await server.anonymous.get('/metrics')).body
    expect(metrics).toMatch(/outcome="password_change_required"\} [1-9]/)
  })

  test('is explained', async () => {
    const owner = await server.member()
    const token = await owner.token()
    const ask = async () => {
      const { body } = await server.administrator.post('/api/v1/admin/tokens/explain', { token: token.id })
      const rule = body.rules.find((each: { rule: string }) => each.rule === 'password_current')
      return { accepted: body.accepted, passed: rule.passed, since: rule.since }
    }
    expect(await ask()).toEqual({ accepted: true, passed: true, since: undefined })
    await reset(server, owner)
    expect(await ask()).toEqual({ accepted: false, passed: false, since: expect.any(String) })
  })

  test('pauses and goes on by what is typed into the database', async () => {
    const owner = await server.member()
    const token = await owner.token()
    await verifier.warm(token)
    const set = (value: string) =>
      server.sql(`UPDATE member SET password_change_required_at = ${value} WHERE account_id = '${owner.id}'`)
    await set('7')
    expect(await answer(token)).toEqual(PAUSED)
    expect((await verifier.outcomeOf(token)).outcome).toBe('password_change_required')
    await set('NULL')
    expect(await answer(token)).toEqual(OPEN)
  })

  test('keeps working if the policy says so, from the answer to that on, and pauses if it no longer does', async () => {
    const owner = await server.member()
    const token = await owner.token()
    await verifier.warm(token)
    await reset(server, owner)
    const kept = await server.administrator.get('/api/v1/policy')
    expect(kept.body.passwordReset).toEqual({ tokens: 'pause' })
    await setPolicy(server.administrator, { passwordReset: { tokens: 'keep' } })
    expect(await answer(token)).toEqual(OPEN)
    await verifier.warm(token)
    await setPolicy(server.administrator, { passwordReset: { tokens: 'pause' } })
    expect(await answer(token)).toEqual(PAUSED)
    expect((await verifier.outcomeOf(token)).outcome).toBe('password_change_required')
    await server.sql('UPDATE policy SET pauses_after_reset = 0')
    expect(await answer(token)).toEqual(OPEN)
    // A policy in the form of before says nothing of it: the default counts.
    const { passwordReset, updatedAt, updatedBy, ...former } = kept.body
    expect((await server.administrator.put('/api/v1/policy', former)).body.passwordReset).toEqual({ tokens: 'pause' })
    expect(await answer(token)).toEqual(PAUSED)
  })

  test('is no matter of others: another member, a machine, a member who changes their own password', async () => {
    const [owner, other] = [await server.member(), await server.member()]
    const [token, otherToken] = [await owner.token(), await other.token()]
    const machine = await machineWith(server, 'TokenVerifier')
    await reset(server, owner)
    await other.put('/api/v1/me/password', { currentPassword: other.password, newPassword: `${other.password} again` })
    expect(await answer(otherToken)).toEqual(OPEN)
    expect(await answer(machine.token)).toEqual(OPEN)
    const asClient = client(server.origin, machine.id, machine.token.secret)
    expect((await introspect(asClient, token.secret)).body).toEqual({ active: false })
  })
})

describe('A token whose owner’s password was reset, on several nodes', () => {
  const nodes = useNodes('postgres')

  test('pauses on all of them once that is answered', async () => {
    const owner = await nodes.first.member()
    const everywhere = nodes.everywhere(await owner.token())
    const answers = () => Promise.all(everywhere.map((token) => answer(token)))
    expect(await answers()).toEqual(Array(3).fill(OPEN))
    await reset(nodes.first, owner)
    expect(await answers()).toEqual(Array(3).fill(PAUSED))
    await choose(nodes.first, owner)
    expect(await answers()).toEqual(Array(3).fill(OPEN))
  })
})
