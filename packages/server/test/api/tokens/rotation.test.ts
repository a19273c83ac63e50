import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../../src/core/clock.ts'
import { type Actor, newName, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { machineWith, tokenOf } from '../../support/machines.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { setPolicy } from '../../support/policy.ts'
import { useServer } from '../../support/test-app.ts'

const path = ({ id }: { readonly id: string }) => `/api/v1/tokens/${id}`
const instant = (epochMs: number) => new Date(epochMs).toISOString()
const outcome = async (script: TokenHolder) => {
  const { status, body } = await script.get('/api/v1/me')
  return status === 200 ? 'active' : body.code
}

onBothEngines('Rotating a token', (engine) => {
  const server = useServer(engine)
  const rotate = (by: Actor, token: { readonly id: string }, body: object = {}) =>
    by.post(`${path(token)}/rotate`, body)
  /** What the answer to a rotation holds. */
  const holderOf = ({ body }: Awaited<ReturnType<typeof rotate>>) =>
    new TokenHolder(server.origin, { id: body.token.id, secret: body.secret })

  describe('the new token', () => {
    test('has another id and secret, and the name and limits of the old one', async () => {
      const owner = server.administrator
      const limits = { permissions: ['audit:read', 'own-tokens:read'], allowedAddresses: ['127.0.0.0/8'] }
      const old = await owner.token({ name: newName('rotated'), ...limits })
      const { name } = (await owner.get(path(old))).body
      const answer = await rotate(owner, old)
      expect(answer).toMatchObject({ status: 201, body: { token: { name, kind: 'pat', status: 'active', ...limits } } })
      const successor = holderOf(answer)
      expect(successor.id).not.toBe(old.id)
      expect(successor.secret).not.toContain(old.id)
      expect(answer.headers['location']).toBe(path(successor))
      expect((await successor.get('/api/v1/me')).body.account.permissions).toEqual(limits.permissions)
      expect((await successor.get('/api/v1/members')).status).toBe(403)
    })

    test('lives as long from now as the old one did from its creation', () =>
      server.clock.standingStill(async () => {
        const old = await server.administrator.token({ expiresAt: instant(server.clock() + 10 * HOUR_MS) })
        server.clock.advance(4 * HOUR_MS)
        const { body } = await rotate(server.administrator, old)
        expect(body.token.expiresAt).toBe(instant(server.clock() + 10 * HOUR_MS))
      }))

    test('has no end if the old one had none, or the end that is asked for', async () => {
      const { administrator } = server
      expect((await rotate(administrator, await administrator.token())).body.token.expiresAt).toBeNull()
      const { body } = await rotate(administrator, await administrator.token(), { expiresAt: '2099-01-31' })
      expect(body.token.expiresAt).toBe('2099-01-31T23:59:59.999Z')
    })

    test('takes the name, which no other token of the owner gets meanwhile', async () => {
      const owner = server.administrator
      const name = newName('taken')
      const successor = holderOf(await rotate(owner, await owner.token({ name })))
      expect((await owner.post('/api/v1/tokens', { name })).body.code).toBe('token_name_taken')
      await owner.delete(path(successor))
      expect((await owner.post('/api/v1/tokens', { name })).status).toBe(201)
    })
  })

  describe('the old token', () => {
    test('works until the millisecond in which the overlap is over', () =>
      server.clock.standingStill(async () => {
        const old = await server.administrator.token()
        const successor = holderOf(await rotate(server.administrator, old, { overlapSeconds: 60 }))
        expect((await server.administrator.get(path(old))).body.expiresAt).toBe(
          instant(server.clock() + 60 * SECOND_MS),
        )
        server.clock.advance(60 * SECOND_MS - 1)
        expect(await outcome(old)).toBe('active')
        server.clock.advance(1)
        expect(await outcome(old)).toBe('token_expired')
        expect(await outcome(successor)).toBe('active')
      }))

    test('ends at its own end if that comes before the end of the overlap: no rotation prolongs it', () =>
      server.clock.standingStill(async () => {
        const { administrator } = server
        const end = server.clock() + HOUR_MS
        const old = await administrator.token({ expiresAt: instant(end) })
        await rotate(administrator, old, { overlapSeconds: 2 * 3600 })
        expect((await administrator.get(path(old))).body.expiresAt).toBe(instant(end))
        // Once more, by a token itself, and with the overlap that applies when none is asked for.
        const other = await administrator.token({ expiresAt: instant(end) })
        expect((await rotate(other, other)).status).toBe(201)
        server.clock.advanceTo(end - 1)
        expect([await outcome(old), await outcome(other)]).toEqual(['active', 'active'])
        server.clock.advance(1)
        expect([await outcome(old), await outcome(other)]).toEqual(['token_expired', 'token_expired'])
      }))

    test('ends at once without an overlap, and after a day if nothing is said', () =>
      server.clock.standingStill(async () => {
        const { administrator } = server
        const old = await administrator.token()
        expect(await outcome(old)).toBe('active')
        await rotate(administrator, old, { overlapSeconds: 0 })
        expect(await outcome(old)).toBe('token_revoked')
        const other = await administrator.token()
        await rotate(administrator, other)
        expect((await administrator.get(path(other))).body.expiresAt).toBe(instant(server.clock() + DAY_MS))
      }))

    test('leaves every other token of the owner as it was', async () => {
      const { administrator } = server
      const others = [await administrator.token(), await administrator.token()]
      await rotate(administrator, await administrator.token(), { overlapSeconds: 0 })
      for (const other of others) expect(await outcome(other)).toBe('active')
    })
  })

  describe('is refused, and changes nothing,', () => {
    const refused = async (by: Actor, token: { readonly id: string }, body: object, but: 'audit_event'[] = []) => {
      const answer = await nothingHappens(server, () => rotate(by, token, body), but)
      return `${answer.status} ${answer.body.code}`
    }

    test('for a token that is revoked or expired, and for one that another account has or nobody', async () => {
      const owner = await server.member()
      const revoked = await owner.token()
      await owner.delete(path(revoked))
      expect(await refused(owner, revoked, {})).toBe('409 token_not_active')
      const foreign = await server.administrator.token()
      expect(await refused(owner, foreign, {})).toBe('404 token_not_found')
      expect(await refused(owner, { id: 'a'.repeat(12) }, {})).toBe('404 token_not_found')
      await server.clock.standingStill(async () => {
        const expired = await owner.token({ expiresAt: instant(server.clock() + 1) })
        server.clock.advance(1)
        expect(await refused(owner, expired, {})).toBe('409 token_not_active')
      })
    })

    test('for an overlap beyond 30 days, below none, or in halves', async () => {
      const old = await server.administrator.token()
      for (const overlapSeconds of [30 * 86_400 + 1, -1, 0.5, '60', null])
        expect(await refused(server.administrator, old, { overlapSeconds })).toBe('400 validation_failed')
      expect((await rotate(server.administrator, old, { overlapSeconds: 30 * 86_400 })).status).toBe(201)
    })

    test('for an end that is not in the future', () =>
      server.clock.standingStill(async () => {
        const old = await server.administrator.token()
        const expiresAt = instant(server.clock())
        expect(await refused(server.administrator, old, { expiresAt })).toBe('400 validation_failed')
      }))

    test('by another token of the owner, whatever that may do', async () => {
      const { administrator } = server
      const old = await administrator.token()
      for (const other of [await administrator.token(), await administrator.tokenWith('own-tokens:write')])
        expect(await refused(other, old, {})).toBe('403 session_required')
    })
  })

  test('a token that rotates itself gets as long a life as it had, not a millisecond more', () =>
    server.clock.standingStill(async () => {
      const { administrator } = server
      const old = await administrator.token({ expiresAt: instant(server.clock() + HOUR_MS) })
      server.clock.advance(HOUR_MS / 2)
      const atMost = server.clock() + HOUR_MS
      for (const expiresAt of [instant(atMost + 1), null]) {
        const answer = await nothingHappens(server, () => rotate(old, old, { expiresAt }))
        expect(answer).toMatchObject({ status: 409, body: { code: 'token_widening' } })
      }
      expect((await rotate(old, old, { expiresAt: instant(atMost) })).body.token.expiresAt).toBe(instant(atMost))
      // A session may.
      const other = await administrator.token({ expiresAt: instant(server.clock() + HOUR_MS) })
      expect((await rotate(administrator, other, { expiresAt: null })).body.token.expiresAt).toBeNull()
    }))

  test('somebody who manages a service account rotates its token, and the new one belongs to the account', async () => {
    const machine = await machineWith(server, 'GlobalTemplateViewer')
    const old = await tokenOf(server, machine.id, { permissions: ['templates:read'], expiresAt: '2099-01-31' })
    const route = (accountId: string) => `/api/v1/service-accounts/${accountId}/tokens/${old.id}/rotate`
    const other = await machineWith(server)
    const foreign = await nothingHappens(server, () => server.administrator.post(route(other.id), {}))
    expect(foreign).toMatchObject({ status: 404, body: { code: 'token_not_found' } })
    expect((await nothingHappens(server, () => old.post(route(machine.id), {}), ['audit_event'])).status).toBe(403)
    const answer = await server.administrator.post(route(machine.id), { overlapSeconds: 0 })
    expect(answer).toMatchObject({ status: 201, body: { token: { kind: 'service', permissions: ['templates:read'] } } })
    expect(await outcome(holderOf(answer))).toBe('active')
    expect(await outcome(old)).toBe('token_revoked')
    expect(await outcome(machine.token)).toBe('active')
  })

  test('heaps up no tokens: each that still works in its overlap counts for the limit', () =>
    server.clock.standingStill(async () => {
      const owner = await server.member()
      const old = await owner.token()
      await setPolicy(server.administrator, { pat: { tokensPerAccount: 1 } })
      try {
        const next = holderOf(await rotate(owner, old, { overlapSeconds: 60 }))
        const answer = await nothingHappens(server, () => rotate(owner, next, { overlapSeconds: 1 }))
        expect(answer).toMatchObject({ status: 409, body: { code: 'token_limit_reached' } })
        const last = holderOf(await rotate(owner, next, { overlapSeconds: 0 }))
        server.clock.advance(60 * SECOND_MS - 1)
        expect((await rotate(owner, last, { overlapSeconds: 1 })).body.code).toBe('token_limit_reached')
        server.clock.advance(1)
        expect((await rotate(owner, last, { overlapSeconds: 1 })).status).toBe(201)
      } finally {
        await setPolicy(server.administrator)
      }
    }))

  test('is on record with both tokens and the end of the old one', () =>
    server.clock.standingStill(async () => {
      const old = await server.administrator.token({ expiresAt: instant(server.clock() + SECOND_MS) })
      const oldEndsAt = server.clock() + SECOND_MS
      const successor = holderOf(await rotate(server.administrator, old, { overlapSeconds: 60 }))
      const events = await server.sql<{ action: string; detail: string }>(
        `SELECT action, detail FROM audit_event WHERE target_id IN ('${old.id}', '${successor.id}') ORDER BY id`,
      )
      const seen = events.map(({ action, detail }) => ({ action, ...JSON.parse(detail) }))
      expect(seen.slice(1)).toMatchObject([
        { action: 'token.rotated', replacedBy: successor.id, oldEndsAt },
        { action: 'token.created', replaces: old.id },
      ])
    }))
})
