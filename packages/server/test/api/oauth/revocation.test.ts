import { generateToken } from '@ramp/verifier'
import { expect, test } from 'vitest'
import type { Actor } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { client, machineWith, tokenOf } from '../../support/machines.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { sendForm } from '../../support/oauth-client.ts'
import { useServer } from '../../support/test-app.ts'

const revoke = (actor: Actor, token: string) => sendForm(actor, '/oauth2/revoke', { token })

onBothEngines('Revoking a token by its text', (engine) => {
  const server = useServer(engine)

  const events = (id: string) =>
    server.sql(`SELECT action, actor_account_id AS by_whom, credential FROM audit_event WHERE target_id = '${id}'
      AND action = 'token.revoked'`)

  test('lets a token end itself, however narrow, at once, and leaves an event', async () => {
    const owner = await server.member()
    const script = await owner.tokenWith('own-tokens:read')
    expect((await script.get('/api/v1/me')).status).toBe(200)
    const answer = await revoke(script, script.secret)
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: null })
    expect(await script.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
    expect(await events(script.id)).toEqual([{ action: 'token.revoked', by_whom: owner.id, credential: 'pat' }])
  })

  test('lets a token end the others of its account, if it may change them', async () => {
    const owner = await server.member()
    const [script, other] = [await owner.token(), await owner.token()]
    expect((await other.get('/api/v1/me')).status).toBe(200)
    expect((await revoke(script, other.secret)).status).toBe(200)
    expect((await other.get('/api/v1/me')).body.code).toBe('token_revoked')

    const narrow = await owner.tokenWith('own-tokens:read')
    const refused = await nothingHappens(server, () => revoke(narrow, script.secret))
    expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
    expect((await script.get('/api/v1/me')).status).toBe(200)
  })

  test('lets a service account end its own, by bearer and as a client', async () => {
    const machine = await machineWith(server)
    const [first, second] = [await tokenOf(server, machine.id), await tokenOf(server, machine.id)]
    expect((await revoke(machine.token, first.secret)).status).toBe(200)
    expect((await revoke(client(server.origin, machine.id, machine.token.secret), second.secret)).status).toBe(200)
    for (const token of [first, second]) expect((await token.get('/api/v1/me')).body.code).toBe('token_revoked')
  })

  test('of somebody else takes the permission', async () => {
    const victim = await (await server.member()).token()
    for (const actor of [await (await server.member()).token(), (await machineWith(server, 'TokenVerifier')).token]) {
      const refused = await nothingHappens(server, () => revoke(actor, victim.secret))
      expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
      expect(refused.headers['www-authenticate']).toContain('error="insufficient_scope", scope="inventory:revoke"')
    }
    expect((await victim.get('/api/v1/me')).status).toBe(200)

    const guard = await server.administrator.tokenWith('inventory:revoke')
    expect((await revoke(guard, victim.secret)).status).toBe(200)
    expect((await victim.get('/api/v1/me')).body.code).toBe('token_revoked')
    expect(await events(victim.id)).toMatchObject([{ by_whom: server.administrator.id }])
  })

  test('is 200 and changes nothing for what is no token, nobody’s, or revoked already', async () => {
    const owner = await server.member()
    const [script, gone] = [await owner.token(), await owner.token()]
    await revoke(script, gone.secret)
    const sameId = `${script.secret.slice(0, 21)}${gone.secret.slice(21)}`
    for (const text of ['x', generateToken('ramp', 'pat').text, gone.secret, sameId, script.id]) {
      const answer = await nothingHappens(server, () => revoke(script, text))
      expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: null })
    }
    expect((await script.get('/api/v1/me')).status).toBe(200)
    expect(await events(gone.id)).toHaveLength(1)
  })

  test('with the right id and checksum but another secret is no revocation', async () => {
    const script = await (await server.member()).token()
    const guard = await server.administrator.tokenWith('inventory:revoke')
    const forged = withIdOf(script.secret)
    expect((await nothingHappens(server, () => revoke(guard, forged))).status).toBe(200)
    expect((await script.get('/api/v1/me')).status).toBe(200)
  })
})

/** Another well-formed token with the same id: the checksum is no secret. */
function withIdOf(text: string): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const wanted = [...text.slice(9, 21)].map((character) => digits.indexOf(character))
  let drawn = 0
  return generateToken('ramp', 'pat', (length) => Uint8Array.from({ length }, () => wanted[drawn++] ?? 7)).text
}
