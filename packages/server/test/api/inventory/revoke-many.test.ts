import { generateToken } from '@ramp/verifier'
import { expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import { type TestServer, useServer } from '../../support/test-app.ts'
import { whileNobodyCanWrite } from '../../support/write-log.ts'

/** More than a transaction's worth; on SQLite a thread of its own does it. */
const MANY = 2500

onBothEngines('Revoking thousands of tokens by a filter', (engine) => {
  const server = useServer(engine)

  test('revokes and records each once, while other tokens go on being verified', async () => {
    const [owner, bystander] = [await server.member(), await server.member()]
    const [warm, other] = [await owner.token(), await bystander.token()]
    await insertTokens(server, owner.id, MANY - 1)
    const filter = { accountId: owner.id }
    expect((await warm.get('/api/v1/me')).status).toBe(200)

    let isDone = false
    const answer = server.administrator.post('/api/v1/admin/tokens/revoke', { filter, expectedCount: MANY })
    void answer.finally(() => {
      isDone = true
    })
    let verified = 0
    while (!isDone) {
      expect((await other.get('/api/v1/me')).status).toBe(200)
      verified++
    }

    expect(await answer).toMatchObject({ status: 200, body: { revoked: MANY } })
    expect(verified).toBeGreaterThan(1)
    expect((await warm.get('/api/v1/me')).body.code).toBe('token_revoked')
    const [left] = await server.sql<{ rows: number }>(
      `SELECT count(*) AS rows FROM token WHERE account_id = '${owner.id}' AND revoked_at IS NULL`,
    )
    expect(Number(left?.rows)).toBe(0)
    const [events] = await server.sql<{ events: number; tokens: number }>(
      `SELECT count(*) AS events, count(DISTINCT target_id) AS tokens FROM audit_event
        WHERE action = 'token.revoked' AND actor_account_id = '${server.administrator.id}'`,
    )
    expect([Number(events?.events), Number(events?.tokens)]).toEqual([MANY, MANY])
  })

  test('tells who asked for it how far it is, and nobody else', async () => {
    const many = 4 * MANY
    const [owner, deputy] = [await server.member(), await server.member({ roles: ['Administrator'] })]
    await insertTokens(server, owner.id, many)
    const progress = async (caller: typeof deputy) =>
      (await caller.get('/api/v1/admin/tokens/revocation')).body.revocation as { revoked: number } | null
    expect(await progress(deputy)).toBeNull()

    let isDone = false
    const order = { filter: { accountId: owner.id }, expectedCount: many }
    const answer = deputy.post('/api/v1/admin/tokens/revoke', order)
    void answer.finally(() => {
      isDone = true
    })
    const seen: number[] = []
    while (!isDone) {
      expect(await progress(server.administrator)).toBeNull()
      const state = await progress(deputy)
      if (state === null) continue
      expect(state).toMatchObject({ startedAt: expect.any(String), expectedCount: many })
      seen.push(state.revoked)
    }
    expect(await answer).toMatchObject({ status: 200, body: { revoked: many } })
    expect(seen.length).toBeGreaterThan(0)
    expect(seen).toEqual(seen.toSorted((one, other) => one - other))
    expect(await progress(deputy)).toBeNull()
  })

  test('counts what is left while there are many, as among few', async () => {
    const owner = await server.member()
    await insertTokens(server, owner.id, 2 * MANY)
    const count = async () =>
      (await server.administrator.get(`/api/v1/admin/tokens/count?accountId=${owner.id}&status=active`)).body
    expect(await count()).toEqual({ count: 2 * MANY, accounts: 1 })
    const order = { filter: { accountId: owner.id }, expectedCount: 2 * MANY }
    expect((await server.administrator.post('/api/v1/admin/tokens/revoke', order)).status).toBe(200)
    expect(await count()).toEqual({ count: 0, accounts: 0 })
  })

  test('says so if it could not be written, and succeeds when asked again', async () => {
    const owner = await server.member()
    await insertTokens(server, owner.id, MANY)
    const order = { filter: { accountId: owner.id }, expectedCount: MANY }
    const revoke = () => server.administrator.post('/api/v1/admin/tokens/revoke', order)
    expect(await whileNobodyCanWrite(server, revoke)).toMatchObject({
      status: 503,
      body: { code: 'storage_unavailable' },
    })
    expect(await revoke()).toMatchObject({ status: 200, body: { revoked: MANY } })
  })
})

/** Past the API, since only their number matters here. */
async function insertTokens({ sql, engine, clock }: TestServer, accountId: string, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => generateToken('ramp', 'pat').id)
  const digest = engine === 'sqlite' ? 'zeroblob(32)' : `decode(repeat('00', 32), 'hex')`
  const now = clock()
  await sql(`INSERT INTO token (id, account_id, kind, name, name_key, digest, created_at) VALUES
    ${ids.map((one) => `('${one}', '${accountId}', 'pat', '${one}', '${one}', ${digest}, ${now})`).join(', ')}`)
}
