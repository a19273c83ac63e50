import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import type { SqliteDatabase } from '../../../src/storage/sqlite.ts'
import { deleteOldDays } from '../../../src/tokens/token-activity.ts'
import { UsageRecorder } from '../../../src/verification/last-used.ts'
import { newName, type TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

const PRESENTER = { address: '192.0.2.4', client: 'many/1' }

interface Day {
  readonly date: string
  readonly calls: number
  readonly refusals: number
}

onBothEngines('Calls and refusals a day', (engine) => {
  const server = useServer(engine, { config: { trustProxy: ['127.0.0.1'] } })
  const stored = (id: string) =>
    server.sql(`SELECT day, calls, refusals FROM token_day WHERE token_id = '${id}' ORDER BY day`)

  async function days(token: TokenHolder): Promise<Day[]> {
    const { body } = await server.administrator.get(`/api/v1/admin/tokens/${token.id}/activity`)
    return body.days
  }
  const today = async (token: TokenHolder) => (await days(token)).at(-1)

  async function call(token: TokenHolder, times: number): Promise<void> {
    for (let time = 0; time < times; time++) await token.get('/api/v1/me')
  }

  test('are shown for 90 days with zeros, at once, and the same when they are stored', async () => {
    const token = await server.administrator.token()
    await call(token, 3)
    const before = await days(token)
    expect(before).toHaveLength(90)
    expect(before.slice(0, -1).every(({ calls, refusals }) => calls === 0 && refusals === 0)).toBe(true)
    expect(before.at(-1)).toEqual({ date: new Date(server.clock()).toISOString().slice(0, 10), calls: 3, refusals: 0 })

    await server.services.usage.flush()
    expect(await days(token)).toEqual(before)
    await call(token, 2)
    expect(await today(token)).toMatchObject({ calls: 5 })
    await server.services.usage.flush()
    expect(await stored(token.id)).toMatchObject([{ calls: 5, refusals: 0 }])
  })

  test('refusals count for whoever holds the real secret, never for guesses', async () => {
    const token = await server.administrator.token({ allowedAddresses: ['127.0.0.1'] })
    await token.get('/api/v1/me', { 'x-forwarded-for': '192.0.2.1' })
    expect(await today(token)).toMatchObject({ calls: 0, refusals: 1 })

    const guess = token.secret.slice(0, -1)
    await server.anonymous.get('/api/v1/me', { authorization: `Bearer ${guess}` })
    const other = await server.administrator.token()
    const mixed = `${other.secret.slice(0, 'ramp_pat_'.length)}${token.id}${other.secret.slice('ramp_pat_'.length + 12)}`
    await server.anonymous.get('/api/v1/me', { authorization: `Bearer ${mixed}` })
    expect(await today(token)).toMatchObject({ calls: 0, refusals: 1 })

    await server.administrator.delete(`/api/v1/tokens/${token.id}`)
    await call(token, 2)
    await server.services.usage.flush()
    expect(await stored(token.id)).toMatchObject([{ calls: 0, refusals: 3 }])
    expect((await server.administrator.get(`/api/v1/tokens/${token.id}`)).body.lastUsedAt).toBeNull()
  })

  test('a flush that fails half-way adds every chunk exactly once', async () => {
    const owner = await server.member()
    const first = await owner.token()
    await call(first, 1)
    await server.services.usage.flush()
    const { usage } = server.services
    // As many tokens as take several chunks, their ids around the one whose row cannot be written.
    const ids = Array.from({ length: 1200 }, (_, index) => `x${String(index).padStart(11, '0')}`)
    const digest = engine === 'sqlite' ? `zeroblob(32)` : `decode(repeat('00', 32), 'hex')`
    const rows = ids.map((id) => `('${id}', '${owner.id}', 'pat', '${id}', '${id}', ${digest}, 0)`)
    await server.sql(
      `INSERT INTO token (id, account_id, kind, name, name_key, digest, created_at) VALUES ${rows.join(', ')}`,
    )
    const bad = ids[700]
    await server.sql(`INSERT INTO token_day (token_id, day, calls, refusals)
      VALUES ('${bad}', ${Math.floor(server.clock() / DAY_MS)}, 9223372036854775807, 0)`)
    for (const id of ids) usage.note(id, PRESENTER, server.clock())

    await usage.flush()
    await usage.flush()
    for (const id of ids) usage.note(id, PRESENTER, server.clock())
    expect(server.log.join('\n')).toContain('usage not written')
    await server.sql(`DELETE FROM token_day WHERE token_id = '${bad}'`)
    await usage.flush()

    expect(
      await server.sql(`SELECT calls, count(*) AS many FROM token_day WHERE token_id LIKE 'x000%' GROUP BY calls`),
    ).toEqual([{ calls: 2, many: 1200 }])
  })

  test('of 10,000 different tokens are written at once, not in five seconds', async () => {
    const { id } = await server.administrator.token()
    await withRecorder(async (usage) => {
      usage.note(id, PRESENTER, server.clock())
      for (let index = 1; index < 10_000; index++)
        usage.note(`y${String(index).padStart(11, '0')}`, PRESENTER, server.clock())
      await expect.poll(() => stored(id), { timeout: 4500 }).toMatchObject([{ calls: 1 }])
    })
  })

  // The thread has a connection of its own: with the server's own nothing can be written meanwhile.
  if (engine === 'sqlite')
    test('of hundreds of tokens are written by a thread', async () => {
      const { id } = await server.administrator.token()
      const { writer } = server.database as SqliteDatabase
      await withRecorder(async (usage) => {
        usage.note(id, PRESENTER, server.clock())
        for (let index = 1; index < 500; index++)
          usage.note(`z${String(index).padStart(11, '0')}`, PRESENTER, server.clock())
        writer.exec('PRAGMA query_only = ON')
        try {
          await expect.poll(() => stored(id), { timeout: 15_000 }).toMatchObject([{ calls: 1 }])
        } finally {
          writer.exec('PRAGMA query_only = OFF')
        }
      })
    })

  /** One whose interval begins now. */
  async function withRecorder(act: (usage: UsageRecorder) => Promise<void>): Promise<void> {
    const usage = new UsageRecorder(server.database, (error) => expect.unreachable(String(error)))
    try {
      await act(usage)
    } finally {
      await usage.close()
    }
  }

  test('from where and by what: the last 20 pairs, with the first and the last time', async () => {
    const owner = await server.member()
    const token = await owner.token()
    const from = (address: string, client: string) =>
      token.get('/api/v1/me', { 'x-forwarded-for': address, 'user-agent': client })
    const clients = async () => (await owner.get(`/api/v1/tokens/${token.id}/activity`)).body.clients
    await from('192.0.2.1', 'laptop/1')
    expect(await clients()).toMatchObject([{ address: '192.0.2.1', client: 'laptop/1' }])
    await from('192.0.2.2', 'ci/1')
    await from('192.0.2.1', 'laptop/1')
    await server.services.usage.flush()
    await from('192.0.2.3', 'phone/1')
    await server.services.usage.flush()
    const seen = await clients()
    expect(seen.map(({ client }: { client: string }) => client).sort()).toEqual(['ci/1', 'laptop/1', 'phone/1'])
    for (const { firstSeenAt, lastSeenAt } of seen) expect(firstSeenAt <= lastSeenAt).toBe(true)

    for (let agent = 0; agent < 30; agent++) {
      await from('192.0.2.9', `agent/${agent}`)
      if (agent % 7 === 0) await server.services.usage.flush()
    }
    await server.services.usage.flush()
    expect(await server.sql(`SELECT count(*) AS kept FROM token_client WHERE token_id = '${token.id}'`)).toEqual([
      { kept: 20 },
    ])
    expect(await clients()).toHaveLength(20)
    expect((await clients())[0].client).toBe('agent/29')
  })

  test('the history is the owner’s to see, without the addresses of administrators', async () => {
    const owner = await server.member()
    const token = await owner.token({ name: newName('history') })
    await owner.patch(`/api/v1/tokens/${token.id}`, { name: newName('renamed') })
    const rotated = await owner.post(`/api/v1/tokens/${token.id}/rotate`, {})
    const newId = rotated.body.token.id
    await server.administrator.post('/api/v1/admin/tokens/revoke', { ids: [newId] })

    const actions = (body: { items: { action: string }[] }) => body.items.map(({ action }) => action)
    const old = (await owner.get(`/api/v1/tokens/${token.id}/history`)).body
    expect(actions(old)).toEqual(['token.rotated', 'token.changed', 'token.created'])
    const own = (await owner.get(`/api/v1/tokens/${newId}/history`)).body
    expect(own.items).toMatchObject([
      { action: 'token.revoked', by: { username: 'admin' }, address: null },
      {
        action: 'token.created',
        by: { username: owner.username },
        address: '127.0.0.1',
        detail: { replaces: token.id },
      },
    ])
    const all = (await server.administrator.get(`/api/v1/admin/tokens/${newId}/history?limit=1`)).body
    expect(all).toMatchObject({ items: [{ address: '127.0.0.1' }], nextCursor: expect.any(String) })

    const stranger = await server.member()
    for (const what of ['history', 'activity']) {
      expect((await stranger.get(`/api/v1/tokens/${newId}/${what}`)).body.code).toBe('token_not_found')
      expect((await stranger.get(`/api/v1/admin/tokens/${newId}/${what}`)).status).toBe(403)
      expect((await server.administrator.get(`/api/v1/admin/tokens/000000000000/${what}`)).status).toBe(404)
    }
  })

  test('lists show the last 30 days, if asked', async () => {
    const owner = await server.member()
    const [one, two] = [await owner.token(), await owner.token()]
    await call(one, 2)
    await server.services.usage.flush()
    await call(one, 1)
    const { items } = (await owner.get('/api/v1/tokens?activity=true&sort=createdAt')).body
    expect(items.map(({ activity }: { activity: number[] }) => [activity.length, activity.at(-1)])).toEqual([
      [30, 3],
      [30, 0],
    ])
    expect((await owner.get('/api/v1/tokens')).body.items[0]).not.toHaveProperty('activity')
    const all = await server.administrator.get(`/api/v1/admin/tokens?activity=true&q=${two.id}`)
    expect(all.body.items[0].activity).toHaveLength(30)
  })

  // The last, since the sessions are over when the clock has gone on.
  test('calls around midnight go to their own days, and days older than 90 are cleared away', async () => {
    const token = await server.administrator.token()
    await call(token, 2)
    server.clock.advance(DAY_MS)
    await call(token, 1)
    await server.services.usage.flush()
    expect(await stored(token.id)).toMatchObject([{ calls: 2 }, { calls: 1 }])

    server.clock.advance(89 * DAY_MS)
    await server.database.write('maintenance', (trx) => deleteOldDays(trx, server.clock()))
    expect(await stored(token.id)).toMatchObject([{ calls: 1 }])
  })
})
