import { expect, test } from 'vitest'
import { type TokenHolder, tokenVerifier } from '../support/actors.ts'
import { onBothEngines } from '../support/databases.ts'
import { nothingHappens } from '../support/nothing-happened.ts'
import { startServer, useServer } from '../support/test-app.ts'

onBothEngines('What a verifier reports', (engine) => {
  const server = useServer(engine)
  const path = '/api/v1/verifiers'

  async function connected(api: TokenHolder) {
    const { status, body } = await api.post(path, { name: 'an API' })
    expect(status).toBe(201)
    let renewals = 0
    const renew = (report: object = {}) =>
      api.post(`${path}/${body.id}/renew`, { appliedEpoch: body.epoch, renewals, waitMs: 0, ...report })
    const renewOnce = async (report: object = {}) => {
      const answer = await renew(report)
      if (answer.status === 200) renewals++
      return answer
    }
    return {
      id: body.id as string,
      epoch: body.epoch as number,
      renew: renewOnce,
      report: (tokenId: string) => renewOnce({ used: [{ tokenId, calls: 5, refusals: 2, address: '192.0.2.66' }] }),
    }
  }
  const usesOf = async ({ id }: TokenHolder) => {
    const { body } = await server.administrator.get(`/api/v1/tokens/${id}/activity`)
    const [today] = body.days.slice(-1)
    return { calls: today.calls as number, refusals: today.refusals as number }
  }

  test('counts for tokens that it was told of', async () => {
    const api = await tokenVerifier(server.origin, server.administrator)
    const verifier = await connected(api)
    const script = await server.administrator.token()
    expect((await api.post(`${path}/introspect`, { token: script.secret })).body.outcome).toBe('active')
    expect((await verifier.report(script.id)).status).toBe(200)
    expect(await usesOf(script)).toEqual({ calls: 6, refusals: 2 })
  })

  test('does not count for a token that it cannot have seen, whoever else was told of it', async () => {
    const [api, another] = [
      await tokenVerifier(server.origin, server.administrator),
      await tokenVerifier(server.origin, server.administrator),
    ]
    const [script, told] = [await server.administrator.token(), await server.administrator.token()]
    await another.post(`${path}/introspect`, { token: told.secret })
    await server.services.usage.flush()
    server.clock.advance(1)
    const uses = async () => [await usesOf(script), await usesOf(told)]
    const before = await uses()
    // At once, since a lease does not last long.
    const verifier = await connected(api)
    for (const { id } of [script, told]) expect((await verifier.report(id)).status).toBe(200)
    expect(await uses()).toEqual(before)
    const { body } = await server.administrator.get(`/api/v1/tokens/${script.id}`)
    expect(body.lastUsedAt).toBeNull()
  })

  test('counts for a token that another node told it of, where there can be another node', async () => {
    const api = await tokenVerifier(server.origin, server.administrator)
    const verifier = await connected(api)
    const script = await server.administrator.token()
    const node = await startServer(engine, { on: server.testDatabase, clock: server.clock })
    try {
      const headers = { authorization: `Bearer ${api.secret}` }
      const told = await node.anonymous.post(`${path}/introspect`, { token: script.secret }, headers)
      expect(told.body.outcome).toBe('active')
    } finally {
      await node.close()
    }
    await verifier.report(script.id)
    expect((await usesOf(script)).calls).toBe(engine === 'postgres' ? 6 : 1)
  })

  test('is refused with an epoch that has not come, and does not renew the lease', async () => {
    const api = await tokenVerifier(server.origin, server.administrator)
    const verifier = await connected(api)
    const leaseOf = () =>
      server.sql(`SELECT applied_epoch, lease_until, renewals FROM verifier WHERE id = '${verifier.id}'`)
    const before = await leaseOf()
    const refused = await nothingHappens(server, () => verifier.renew({ appliedEpoch: verifier.epoch + 1 }), [
      'audit_event',
    ])
    expect(refused).toMatchObject({ status: 409, body: { code: 'verifier_epoch_in_future' } })
    for (const epoch of [verifier.epoch + 1000, Number.MAX_SAFE_INTEGER]) {
      expect((await verifier.renew({ appliedEpoch: epoch })).status).toBe(409)
    }
    expect(await leaseOf()).toEqual(before)
  })

  test('renews the lease with an epoch that there is', async () => {
    const verifier = await connected(await tokenVerifier(server.origin, server.administrator))
    const { status, body } = await verifier.renew()
    expect([status, body.epoch]).toEqual([200, verifier.epoch])
  })
})
