/** Limits of time, at the millisecond before them and at their own. The clock of these tests stands still. */
import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/core/clock.ts'
import { latestEnd } from '../../src/policy/policy.ts'
import { type Member, newName, TokenHolder, tokenVerifier } from '../support/actors.ts'
import { onBothEngines } from '../support/databases.ts'
import { client, introspect, machineWith, tokenOf } from '../support/machines.ts'
import { sendForm } from '../support/oauth-client.ts'
import { setPolicy } from '../support/policy.ts'
import { useServer } from '../support/test-app.ts'

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const instant = (epochMs: number) => new Date(epochMs).toISOString()

onBothEngines('To the millisecond', (engine) => {
  const server = useServer(engine, { config: { trustProxy: ['127.0.0.1'] } })
  const still = (act: () => Promise<void>) => () => server.clock.standingStill(act)
  const create = (body: object) => server.administrator.post('/api/v1/tokens', { name: newName('token'), ...body })
  const outcome = async (actor: TokenHolder | Member) => {
    const { status, body } = await actor.get('/api/v1/me')
    return status === 200 ? 'active' : body.code
  }

  test(
    'a token expires: for its own calls, in lists, for introspection, for explanations, and for changes',
    still(async () => {
      const owner = server.administrator
      const checks = await tokenVerifier(server.origin, owner)
      const name = newName('ends')
      const end = server.clock() + HOUR_MS
      const script = await owner.token({ name, expiresAt: instant(end) })
      const seen = async () => ({
        call: await outcome(script),
        listed: (await owner.get(`/api/v1/tokens?q=${name}`)).body.items.length,
        status: (await owner.get(`/api/v1/tokens/${script.id}`)).body.status,
        inventory: (await owner.get(`/api/v1/admin/tokens?status=expired&q=${name}`)).body.items.length,
        introspected: (await introspect(checks, script.secret)).body.active,
        renamed: (await owner.patch(`/api/v1/tokens/${script.id}`, { name })).status,
        sameName: (await create({ name })).status,
      })
      server.clock.advanceTo(end - 1)
      expect(await seen()).toEqual({
        call: 'active',
        listed: 1,
        status: 'active',
        inventory: 0,
        introspected: true,
        renamed: 200,
        sameName: 409,
      })
      server.clock.advance(1)
      expect(await seen()).toEqual({
        call: 'token_expired',
        listed: 0,
        status: 'expired',
        inventory: 1,
        introspected: false,
        renamed: 409,
        sameName: 201,
      })
    }),
  )

  test(
    'a new end is in the future, within the policy, and no later than the old one',
    still(async () => {
      const now = server.clock()
      const refused = await create({ expiresAt: instant(now) })
      expect(refused.body.errors?.[0]?.code).toBe('not_in_future')
      const shortest = await create({ expiresAt: instant(now + 1) })
      expect(shortest.status).toBe(201)

      const latest = latestEnd(now, 30)
      await setPolicy(server.administrator, { pat: { maximumLifetimeDays: 30 } })
      expect((await create({ expiresAt: instant(latest + 1) })).body.errors?.[0]?.code).toBe('lifetime_too_long')
      const longest = await create({ expiresAt: instant(latest) })
      expect(longest.status).toBe(201)
      await setPolicy(server.administrator)

      const path = `/api/v1/tokens/${longest.body.token.id}`
      const later = await server.administrator.patch(path, { expiresAt: instant(latest + 1) })
      expect(later.body.code).toBe('token_widening')
      expect((await server.administrator.patch(path, { expiresAt: instant(latest) })).status).toBe(200)
    }),
  )

  test(
    'an access token ends after its lifetime, and never after the token it was got with',
    still(async () => {
      const machine = await machineWith(server)
      const exchange = async (secret: string) => {
        const basic = client(server.origin, machine.id, secret)
        const { body } = await sendForm(basic, '/oauth2/token', { grant_type: 'client_credentials' })
        const holder = new TokenHolder(server.origin, { id: '', secret: body.access_token })
        return { holder, lifetimeMs: body.expires_in * SECOND_MS }
      }
      const long = await exchange(machine.token.secret)
      const parent = await tokenOf(server, machine.id, { expiresAt: instant(server.clock() + MINUTE_MS) })
      const short = await exchange(parent.secret)
      expect(short.lifetimeMs).toBeLessThanOrEqual(MINUTE_MS)
      for (const { holder, endsAfterMs } of [
        { holder: short.holder, endsAfterMs: MINUTE_MS },
        { holder: long.holder, endsAfterMs: long.lifetimeMs - MINUTE_MS },
      ]) {
        server.clock.advance(endsAfterMs - 1)
        expect(await outcome(holder)).toBe('active')
        server.clock.advance(1)
        expect(await outcome(holder)).toBe('token_expired')
      }
    }),
  )

  test(
    'a device code ends after ten minutes, and a poll is too soon until its interval is over, but for a second',
    still(async () => {
      const from = { 'x-forwarded-for': '192.0.2.77' }
      const owner = server.administrator
      const ask = async () => {
        const { body } = await sendForm(
          server.anonymous,
          '/oauth2/device_authorization',
          { client_id: 'ramp-cli' },
          from,
        )
        return body
      }
      const poll = async (device_code: string) => {
        const form = { grant_type: DEVICE_GRANT, client_id: 'ramp-cli', device_code }
        const { status, body } = await sendForm(server.anonymous, '/oauth2/token', form, from)
        return status === 200 ? 'token' : body.error
      }
      const first = await ask()
      expect(first.expires_in).toBe(600)
      expect(await poll(first.device_code)).toBe('authorization_pending')
      server.clock.advance((first.interval - 1) * SECOND_MS)
      expect(await poll(first.device_code)).toBe('authorization_pending')
      server.clock.advance((first.interval - 1) * SECOND_MS - 1)
      expect(await poll(first.device_code)).toBe('slow_down')

      for (const [afterMs, expected] of [
        [600 * SECOND_MS - 1, 'token'],
        [600 * SECOND_MS, 'expired_token'],
      ] as const) {
        const code = await ask()
        const askedAt = server.clock()
        const approve = `/api/v1/device-authorizations/${code.user_code}/approve`
        expect((await owner.post(approve)).status).toBeLessThan(300)
        server.clock.advanceTo(askedAt + afterMs)
        expect(await poll(code.device_code)).toBe(expected)
      }
    }),
  )

  test(
    'a token unused for as long as the policy allows goes on, and ends a millisecond later',
    still(async () => {
      const owner = server.administrator
      const script = await owner.token()
      const enforce = () => setPolicy(server.administrator, { pat: { endUnusedAfterDays: 10 } })
      const age = (ms: number) =>
        server.sql(`UPDATE token SET created_at = ${server.clock() - ms} WHERE id = '${script.id}'`)
      await age(10 * DAY_MS)
      await enforce()
      const path = `/api/v1/tokens/${script.id}`
      expect((await owner.get(path)).body.status).toBe('active')
      await age(10 * DAY_MS + 1)
      await enforce()
      expect((await owner.get(path)).body).toMatchObject({ status: 'revoked', endReason: 'policy_unused' })
      await setPolicy(server.administrator)
    }),
  )

  test(
    'tokens come back with an account that was deactivated for as long as is recent, and no longer',
    still(async () => {
      await setPolicy(server.administrator, { reactivation: { tokens: 'restore_if_recent', days: 3 } })
      for (const [afterMs, expected] of [
        [3 * DAY_MS, 'active'],
        [3 * DAY_MS + 1, 'token_revoked'],
      ] as const) {
        const owner = await server.member()
        const script = await owner.token()
        const path = `/api/v1/members/${owner.id}`
        await server.administrator.patch(path, { status: 'deactivated' })
        const at = server.clock() - afterMs
        await server.sql(`UPDATE account SET deactivated_at = ${at} WHERE id = '${owner.id}'`)
        await server.administrator.patch(path, { status: 'active' })
        expect(await outcome(script)).toBe(expected)
      }
      await setPolicy(server.administrator)
    }),
  )

  test(
    'sign-in is refused until 15 minutes after the first of ten failures',
    still(async () => {
      const owner = await server.member()
      const from = { 'x-forwarded-for': '198.51.100.77' }
      const signIn = async (password: string) =>
        (await server.anonymous.post('/api/v1/session', { username: owner.username, password }, from)).status
      const startedAt = server.clock()
      for (let guess = 0; guess < 10; guess++) expect(await signIn(`guess ${guess}`)).toBe(401)
      expect(await signIn(owner.password)).toBe(429)
      server.clock.advanceTo(startedAt + 15 * MINUTE_MS - 1)
      expect(await signIn(owner.password)).toBe(429)
      server.clock.advance(1)
      expect(await signIn(owner.password)).toBe(201)
    }),
  )

  // Last: it outlives the session of the Administrator.
  test(
    'a session ends 12 hours after its last request, and 7 days after the sign-in',
    still(async () => {
      const listed = async (by: Member) => (await by.get('/api/v1/me/sessions')).body.items.length
      const owner = await server.member()
      const before = await listed(owner)
      const idle = await owner.signInAgain()
      const setSeen = (at: number) =>
        server.sql(`UPDATE session SET last_seen_at = ${at} WHERE account_id = '${owner.id}'`)
      const lastSeen = server.clock()
      const current = await owner.signInAgain()
      await setSeen(lastSeen)
      server.clock.advance(12 * HOUR_MS - 1)
      expect(await outcome(idle)).toBe('active')
      await setSeen(lastSeen)
      expect(await listed(current)).toBe(before + 2)
      await setSeen(lastSeen)
      server.clock.advance(1)
      expect(await outcome(idle)).toBe('session_ended')

      const signedInAt = server.clock()
      const busy = await owner.signInAgain()
      server.clock.advanceTo(signedInAt + 7 * DAY_MS - 1)
      await setSeen(server.clock())
      expect(await outcome(busy)).toBe('active')
      expect(await listed(busy)).toBe(1)
      server.clock.advance(1)
      expect(await outcome(busy)).toBe('session_ended')
    }),
  )
})
