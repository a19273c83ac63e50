import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { type Actor, type Member, newName, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { setPolicy } from '../../support/policy.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('What becomes of tokens', (engine) => {
  const server = useServer(engine)

  async function member(): Promise<{ path: string; owner: Member; script: TokenHolder; token: string }> {
    const owner = await server.member()
    const script = await owner.token()
    expect((await script.get('/api/v1/me')).status).toBe(200)
    return { path: `/api/v1/members/${owner.id}`, owner, script, token: `/api/v1/tokens/${script.id}` }
  }
  async function machine(): Promise<{ path: string; script: TokenHolder; token: string }> {
    const { body } = await server.administrator.post('/api/v1/service-accounts', { name: newName('ci') })
    const path = `/api/v1/service-accounts/${body.id}`
    const made = await server.administrator.post(`${path}/tokens`, { name: 'deploy' })
    const script = new TokenHolder(server.origin, { id: made.body.token.id, secret: made.body.secret })
    expect((await script.get('/api/v1/me')).status).toBe(200)
    return { path, script, token: `${path}/tokens/${script.id}` }
  }
  /** Deactivated so many days ago, active now. */
  async function comeBack(path: string, days: number, body: object = {}) {
    const { administrator } = server
    expect((await administrator.patch(path, { status: 'deactivated' })).status).toBe(200)
    const id = path.split('/').at(-1)
    await server.sql(`UPDATE account SET deactivated_at = ${server.clock() - days * DAY_MS} WHERE id = '${id}'`)
    expect((await administrator.patch(path, { status: 'active', ...body })).status).toBe(200)
  }
  const status = async (script: Actor) => (await script.get('/api/v1/me')).status
  const inventory = async ({ id }: TokenHolder) => (await server.administrator.get(`/api/v1/admin/tokens/${id}`)).body

  test.each([
    { policy: 'restore_if_recent', days: 29, choice: undefined, comesBack: true },
    { policy: 'restore_if_recent', days: 31, choice: undefined, comesBack: false },
    { policy: 'restore_if_recent', days: 31, choice: 'restore', comesBack: true },
    { policy: 'restore_if_recent', days: 1, choice: 'revoke', comesBack: false },
    { policy: 'restore', days: 400, choice: undefined, comesBack: true },
    { policy: 'revoke', days: 0, choice: undefined, comesBack: false },
  ])(
    'at reactivation under $policy after $days days, asked for $choice: back? $comesBack',
    async ({ policy, days, choice, comesBack }) => {
      await setPolicy(server.administrator, { reactivation: { tokens: policy, days: 30 } })
      for (const { path, script } of [await member(), await machine()]) {
        await comeBack(path, days, choice ? { tokens: choice } : {})
        expect(await status(script)).toBe(comesBack ? 200 : 401)
        expect(await inventory(script)).toMatchObject(
          comesBack
            ? { status: 'active', endReason: null }
            : { status: 'revoked', endReason: 'reactivation', revokedBy: 'admin' },
        )
        const { body } = await server.administrator.get('/api/v1/audit-events?limit=2')
        const event = body.items.find(({ action }: { action: string }) => action.endsWith('.reactivated'))
        expect(event.detail).toEqual({ tokens: comesBack ? 'restore' : 'revoke', revokedTokens: comesBack ? 0 : 1 })
      }
    },
  )

  test('the choice belongs to a reactivation and to nothing else', async () => {
    const { path } = await machine()
    for (const body of [{ tokens: 'revoke' }, { status: 'deactivated', tokens: 'revoke' }]) {
      const refused = await server.administrator.patch(path, body)
      expect(refused).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'tokens', code: 'only_at_reactivation' }] },
      })
    }
  })

  test('at a password change they go on, unless the policy or the member says otherwise', async () => {
    await setPolicy(server.administrator)
    const { owner, script, token } = await member()
    const change = (currentPassword: string, newPassword: string, more: object = {}) =>
      owner.put('/api/v1/me/password', { currentPassword, newPassword, ...more })
    expect((await change(owner.password, 'the second pass phrase')).status).toBe(204)
    expect(await status(script)).toBe(200)

    await setPolicy(server.administrator, { passwordChange: { tokens: 'revoke' } })
    expect((await change('the second pass phrase', 'the third pass phrase', { revokeTokens: false })).status).toBe(204)
    expect(await status(script), 'the member adds, and does not subtract').toBe(401)
    expect((await owner.get(token)).body).toMatchObject({ status: 'revoked', endReason: 'password_change' })

    await setPolicy(server.administrator)
    const next = await owner.token()
    expect((await change('the third pass phrase', 'the fourth pass phrase', { revokeTokens: true })).status).toBe(204)
    expect(await status(next)).toBe(401)
  })

  test('at a reset by somebody else it is the same', async () => {
    await setPolicy(server.administrator, { passwordChange: { tokens: 'revoke' } })
    const { path, script } = await member()
    expect((await server.administrator.patch(path, { password: 'reset by somebody else' })).status).toBe(200)
    expect(await status(script)).toBe(401)
    expect((await inventory(script)).endReason).toBe('password_change')
    await setPolicy(server.administrator)
  })
})
