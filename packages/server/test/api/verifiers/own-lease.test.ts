import { beforeAll, expect, test } from 'vitest'
import { type TokenHolder, tokenVerifier } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('The lease of a verifier', (engine) => {
  const server = useServer(engine)
  let holder: TokenHolder
  let stranger: TokenHolder
  beforeAll(async () => {
    holder = await tokenVerifier(server.origin, server.administrator)
    stranger = await tokenVerifier(server.origin, server.administrator)
  })

  const register = async (by: TokenHolder, formerId?: string) => {
    const { status, body } = await by.post('/api/v1/verifiers', { name: 'a service', formerId })
    expect(status).toBe(201)
    return body as { readonly id: string; readonly epoch: number }
  }
  const rowOf = ({ id }: { readonly id: string }) =>
    server.sql<Record<string, unknown>>(
      `SELECT applied_epoch, renewals, account_id, lease_until FROM verifier WHERE id = '${id}'`,
    )
  const renew = (
    by: TokenHolder,
    lease: { readonly id: string; readonly epoch: number },
    renewals: number,
    waitMs = 0,
  ) => by.post(`/api/v1/verifiers/${lease.id}/renew`, { appliedEpoch: lease.epoch, renewals, waitMs })

  test('is renewed by nobody but the account that it was given to', async () => {
    const lease = await register(holder)
    const before = await rowOf(lease)
    const refused = await renew(stranger, lease, 0)
    expect(refused).toMatchObject({ status: 404, body: { code: 'verifier_not_found' } })
    expect(await rowOf(lease)).toEqual(before)
    expect((await renew(holder, lease, 0)).status).toBe(200)
    expect(await rowOf(lease)).toMatchObject([{ renewals: 1 }])
  })

  test('is ended by nobody else, neither directly nor as the former one of another', async () => {
    const lease = await register(holder)
    expect((await stranger.delete(`/api/v1/verifiers/${lease.id}`)).status).toBe(204)
    await register(stranger, lease.id)
    expect(await rowOf(lease)).toHaveLength(1)
    expect((await renew(holder, lease, 0)).status).toBe(200)
    const next = await register(holder, lease.id)
    expect(await rowOf(lease)).toEqual([])
    expect((await holder.delete(`/api/v1/verifiers/${next.id}`)).status).toBe(204)
    expect(await rowOf(next)).toEqual([])
  })

  test('is renewed once by each report: one that comes twice, or late, finds no lease', async () => {
    const lease = await register(holder)
    expect((await renew(holder, lease, 0)).status).toBe(200)
    const after = await rowOf(lease)
    for (const renewals of [0, 2]) expect((await renew(holder, lease, renewals)).status).toBe(404)
    expect(await rowOf(lease)).toEqual(after)
    expect((await renew(holder, lease, 1)).status).toBe(200)
  })

  test('says by its renewal what changed since, of everything that did', async () => {
    const lease = await register(holder)
    const [first, second] = [await server.administrator.token(), await server.administrator.token()]
    // It waits for this lease, which has to report the change first.
    const change = server.sql(`UPDATE token SET expires_at = 4102444800000 WHERE id IN ('${first.id}', '${second.id}')`)
    let renewals = 0
    let body = { epoch: lease.epoch, changes: [] as string[] }
    while (body.changes.length === 0) body = (await renew(holder, lease, renewals++, 1000)).body
    expect(body.changes).toEqual(expect.arrayContaining([`token:${first.id}`, `token:${second.id}`]))
    expect(body.epoch).toBeGreaterThan(lease.epoch)
    expect((await renew(holder, { id: lease.id, epoch: body.epoch }, renewals)).status).toBe(200)
    await change
    await holder.delete(`/api/v1/verifiers/${lease.id}`)
  })
})
