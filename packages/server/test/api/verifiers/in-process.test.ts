/** `createVerifier` of @ramp/verifier, in front of a real server. */
import { createVerifier } from '@ramp/verifier'
import { expect, test } from 'vitest'
import { LEASE_MS } from '../../../src/storage/lease.ts'
import { newName, TokenHolder, tokenVerifier } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { client, machineWith } from '../../support/machines.ts'
import { sendForm } from '../../support/oauth-client.ts'
import { tcpProxy } from '../../support/tcp-proxy.ts'
import { startServer, useServer } from '../../support/test-app.ts'
import { connectVerifier, useVerifier } from '../../support/verifiers.ts'

onBothEngines('A verifier in another service', (engine) => {
  const server = useServer(engine)
  const verifier = useVerifier(server)
  const fromMemory = (outcome: string) => ({ outcome, isFromMemory: true })

  test('says who a token is and what it may do, and asks once', async () => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer'] })
    const script = await owner.token()
    await verifier.warm(script)
    const verdict = await verifier.verify(`Bearer ${script.secret}`, { permission: 'templates:read' })
    expect(verdict).toMatchObject({
      outcome: 'active',
      token: { id: script.id, kind: 'pat', expiresAt: null },
      account: { id: owner.id, kind: 'member', username: owner.username, roles: ['GlobalTemplateViewer'] },
    })
    if (verdict.outcome !== 'active') throw new Error()
    expect(verdict.permissions.has('templates:read')).toBe(true)
    expect(await verifier.verify(`Bearer ${script.secret}`, { permission: 'templates:write' })).toEqual({
      outcome: 'insufficient_permissions',
    })
  })

  test('refuses a revoked token from the moment the revocation is answered, time after time', async () => {
    for (let time = 0; time < 50; time++) {
      const script = await server.administrator.token()
      await verifier.warm(script)
      expect((await server.administrator.delete(`/api/v1/tokens/${script.id}`)).status).toBe(204)
      expect((await verifier.outcomeOf(script)).outcome).toBe('revoked')
      expect(await verifier.outcomeOf(script)).toEqual(fromMemory('revoked'))
    }
  })

  test('drops what a change touched and keeps the rest', async () => {
    const [changed, kept] = [await server.administrator.token(), await server.administrator.token()]
    await verifier.warm(changed)
    await verifier.warm(kept)
    await server.administrator.patch(`/api/v1/tokens/${changed.id}`, { permissions: ['audit:read'] })
    expect(await verifier.outcomeOf(kept)).toEqual(fromMemory('active'))
    expect(await verifier.verify(`Bearer ${changed.secret}`, { permission: 'members:read' })).toEqual({
      outcome: 'insufficient_permissions',
    })
  })

  test('sees a role taken from a group, and a deactivation, at the next call', async () => {
    const owner = await server.member()
    const script = await owner.token()
    const { body: group } = await server.administrator.post('/api/v1/groups', { name: newName('group') })
    const path = `/api/v1/groups/${group.id}`
    await server.administrator.put(`${path}/members/${owner.id}`)
    await server.administrator.put(`${path}/roles/GlobalTemplateViewer`)
    const may = async () => (await verifier.verify(`Bearer ${script.secret}`, { permission: 'templates:read' })).outcome
    await verifier.warm(script)
    expect(await may()).toBe('active')
    await server.administrator.delete(`${path}/roles/GlobalTemplateViewer`)
    expect(await may()).toBe('insufficient_permissions')
    await server.administrator.patch(`/api/v1/members/${owner.id}`, { status: 'deactivated' })
    expect(await may()).toBe('account_deactivated')
    await server.administrator.patch(`/api/v1/members/${owner.id}`, { status: 'active', tokens: 'restore' })
    expect(await may()).toBe('insufficient_permissions')
  })

  test('does not take a guess for the token whose id it names', async () => {
    const script = await server.administrator.token()
    await verifier.warm(script)
    const other = await server.administrator.token()
    // Neither a changed secret, which fails the checksum, nor another's.
    const forged = script.secret.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x'))
    expect(await verifier.verify(`Bearer ${forged}`)).toEqual({ outcome: 'malformed' })
    expect((await verifier.outcomeOf(other)).outcome).toBe('active')
    for (const header of [undefined, null, '', 'Bearer', 'Basic YTpi', script.secret, `Bearer ${script.secret} x`])
      expect(await verifier.verify(header)).toEqual({ outcome: 'missing' })
    expect((await verifier.verify(`bearer  ${script.secret}`)).outcome).toBe('active')
  })

  test('keeps to the addresses that a token is limited to', async () => {
    const script = await server.administrator.token({ allowedAddresses: ['192.0.2.0/24'] })
    const from = async (address?: string) => (await verifier.verify(`Bearer ${script.secret}`, { address })).outcome
    for (let time = 0; time < 3; time++) {
      expect(await from('192.0.2.7')).toBe('active')
      expect(await from('198.51.100.1')).toBe('address_not_allowed')
      expect(await from()).toBe('address_not_allowed')
    }
  })

  test('lets a token expire by itself', async () => {
    const expiresAt = new Date(Date.now() + 1500).toISOString()
    const script = await server.administrator.token({ expiresAt })
    await verifier.warm(script)
    await expect.poll(() => verifier.outcomeOf(script), { timeout: 5000 }).toEqual(fromMemory('expired'))
  })

  test('asks once for many calls at the same time', async () => {
    const script = await server.administrator.token()
    const before = verifier.asked.filter((path) => path.endsWith('/introspect')).length
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => verifier.outcomeOf(script)))
    expect(new Set(verdicts.map(({ outcome }) => outcome))).toEqual(new Set(['active']))
    const asked = verifier.asked.filter((path) => path.endsWith('/introspect')).length - before
    expect(asked).toBeLessThanOrEqual(2)
  })

  test('reports what it decided from memory as used, from where and by what', async () => {
    const script = await server.administrator.token()
    await verifier.warm(script)
    await verifier.verify(`Bearer ${script.secret}`, { address: '192.0.2.9', client: 'curl/8.5.0' })
    await expect
      .poll(async () => (await server.administrator.get(`/api/v1/tokens/${script.id}`)).body, { timeout: 10_000 })
      .toMatchObject({ lastUsedAddress: '192.0.2.9', lastUsedClient: 'curl/8.5.0' })
  })

  test('knows an access token as any other, ends it with the one it was got with, and reports its use for that one', async () => {
    const machine = await machineWith(server)
    const basic = client(server.origin, machine.id, machine.token.secret)
    const { body } = await sendForm(basic, '/oauth2/token', { grant_type: 'client_credentials' })
    const access = new TokenHolder(server.origin, { id: body.access_token.slice(9, 21), secret: body.access_token })
    await verifier.warm(access)
    await verifier.verify(`Bearer ${access.secret}`, { address: '192.0.2.9', client: 'nightly/2' })
    const path = `/api/v1/service-accounts/${machine.id}/tokens/${machine.token.id}`
    await expect
      .poll(async () => (await server.administrator.get(path)).body, { timeout: 10_000 })
      .toMatchObject({ lastUsedAddress: '192.0.2.9', lastUsedClient: 'nightly/2' })
    expect((await server.administrator.delete(path)).status).toBe(204)
    expect((await verifier.outcomeOf(access)).outcome).toBe('revoked')
  })

  test('is not put out by a client that calls itself by ten thousand characters, from an address that is none', async () => {
    const own = await connectVerifier(server)
    const script = await server.administrator.token()
    const strange = { address: 'x'.repeat(1000), client: `${'y'.repeat(500)}\t\u0085`.repeat(20) }
    expect((await own.verify(`Bearer ${script.secret}`, strange)).outcome).toBe('active')
    await own.warm(script)
    expect((await own.verify(`Bearer ${script.secret}`, strange)).outcome).toBe('active')
    await own.close()
    expect(own.freshness.filter(({ state }) => state === 'stale')).toEqual([])
    const { body } = await server.administrator.get(`/api/v1/tokens/${script.id}`)
    expect(body.lastUsedClient).toMatch(/^y{200}$/)
    expect(body.lastUsedAddress).not.toContain('x')
  })

  test('is seen by whoever may see nodes, with its lag and its lease', async () => {
    const { status, body } = await server.administrator.get('/api/v1/verifiers')
    expect(status).toBe(200)
    const found = body.items.find(({ name }: { name: string }) => name === 'the tests')
    expect(found).toMatchObject({ kind: 'service', version: '@ramp/verifier 0.1.0', lag: 0 })
    expect(found.leaseMs).toBeGreaterThan(0)
    expect(body.items.filter(({ kind }: { kind: string }) => kind === 'node')).toHaveLength(
      engine === 'postgres' ? 1 : 0,
    )
  })

  test('is counted in the metrics, with what changes wait for it', async () => {
    const script = await server.administrator.token()
    await verifier.warm(script)
    await server.administrator.delete(`/api/v1/tokens/${script.id}`)
    const metrics = (await server.anonymous.get('/metrics')).body as string
    const sampleOf = (line: string) =>
      Number(
        metrics
          .split('\n')
          .find((each) => each.startsWith(`${line} `))
          ?.split(' ')
          .at(-1),
      )
    expect(sampleOf('ramp_settlement_seconds_count')).toBeGreaterThan(0)
    expect(sampleOf('ramp_settlements_unconfirmed_total')).toBe(0)
    expect(metrics).toMatch(/ramp_verifiers\{kind="service",state="(up_to_date|behind)"\} [1-9]/)
    if (engine === 'postgres') expect(sampleOf('ramp_lease_remaining_seconds')).toBeGreaterThan(0)
  })

  test('gives its lease back when it is closed, with the last uses', async () => {
    const own = await connectVerifier(server)
    const script = await server.administrator.token()
    await own.warm(script)
    await own.verify(`Bearer ${script.secret}`, { address: '192.0.2.10' })
    const before = await server.count('verifier')
    await own.close()
    expect(await server.count('verifier')).toBe(before - 1)
    const { body } = await server.administrator.get(`/api/v1/tokens/${script.id}`)
    expect(body.lastUsedAddress).toBe('192.0.2.10')
    expect((await own.outcomeOf(script)).isFromMemory).toBe(false)
  })

  test('that may no longer connect says why, and lets nobody in', async () => {
    const holder = await tokenVerifier(server.origin, server.administrator)
    const reasons: unknown[] = []
    const own = createVerifier({
      url: server.origin,
      token: holder.secret,
      onFreshness: (event) => void (event.state === 'stale' && reasons.push(event.reason)),
    })
    const script = await server.administrator.token()
    expect((await own.verify(`Bearer ${script.secret}`)).outcome).toBe('active')
    await holder.delete('/api/v1/tokens/current')
    await expect.poll(() => String(reasons.at(-1)), { timeout: 10_000 }).toContain('token_revoked')
    expect(await own.verify(`Bearer ${script.secret}`)).toEqual({ outcome: 'unavailable' })
    await own.close()
  })

  test('that hangs holds a change up until its lease is over, and no longer, and then trusts nothing', async () => {
    const network = await tcpProxy(Number(new URL(server.origin).port))
    const distant = await connectVerifier(server, `http://127.0.0.1:${network.port}`)
    const script = await server.administrator.token()
    const untouched = await server.administrator.token()
    await distant.warm(script)
    await distant.warm(untouched)
    network.stall()
    const began = performance.now()
    expect((await server.administrator.delete(`/api/v1/tokens/${script.id}`)).status).toBe(204)
    const took = performance.now() - began
    expect(took).toBeGreaterThan(LEASE_MS / 3)
    expect(took).toBeLessThan(LEASE_MS + 1000)
    expect((await distant.outcomeOf(script)).outcome).toBe('unavailable')
    expect((await distant.outcomeOf(untouched)).outcome).toBe('unavailable')
    await network.cut()
    await network.mend()
    await distant.warm(untouched)
    expect((await distant.outcomeOf(script)).outcome).toBe('revoked')
    await distant.close()
    await network.cut()
  })

  test('hears of a change that another server makes on the same database', async () => {
    const other = await startServer(engine, { on: server.testDatabase })
    const script = await server.administrator.token()
    await verifier.warm(script)
    const elsewhere = new TokenHolder(other.origin, script)
    expect((await elsewhere.delete('/api/v1/tokens/current')).status).toBe(204)
    expect((await verifier.outcomeOf(script)).outcome).toBe('revoked')
    await other.close()
  })
})
