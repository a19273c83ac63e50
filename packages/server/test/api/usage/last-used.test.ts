import { expect, test } from 'vitest'
import { SECOND_MS } from '../../../src/core/clock.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('The last use of a token', (engine) => {
  const server = useServer(engine, { config: { trustProxy: ['127.0.0.1'] } })
  const lastUse = async (id: string) => {
    const { body } = await server.administrator.get(`/api/v1/tokens/${id}`)
    return { at: body.lastUsedAt, address: body.lastUsedAddress, client: body.lastUsedClient }
  }
  const stored = (id: string) => server.sql(`SELECT * FROM token_usage WHERE token_id = '${id}'`)

  test('shows at once when, from where and by what, before anything is stored', async () => {
    const script = await server.administrator.token()
    await server.services.usage.flush()
    const before = server.clock()
    await script.get('/api/v1/me', { 'x-forwarded-for': '192.0.2.7', 'user-agent': 'backup/1.2' })

    const { at, address, client } = await lastUse(script.id)

    expect({ address, client }).toEqual({ address: '192.0.2.7', client: 'backup/1.2' })
    expect(Date.parse(at)).toBeGreaterThanOrEqual(before)
    const listed = (await server.administrator.get(`/api/v1/tokens?q=${script.id}`)).body.items[0]
    expect(listed).toMatchObject({ lastUsedAt: at, lastUsedAddress: '192.0.2.7', lastUsedClient: 'backup/1.2' })
  })

  test('is stored by a flush, many uses as one row, and shows the same afterwards', async () => {
    const script = await server.administrator.token()
    for (let call = 0; call < 10; call++) await script.get('/api/v1/me', { 'user-agent': `client/${call}` })
    const shown = await lastUse(script.id)

    await server.services.usage.flush()

    const rows = await stored(script.id)
    expect(rows).toEqual([
      {
        token_id: script.id,
        last_used_at: Date.parse(shown.at),
        last_used_address: '127.0.0.1',
        last_used_client: 'client/9',
      },
    ])
    expect(await lastUse(script.id)).toEqual(shown)
    expect(shown.client).toBe('client/9')
  })

  test('only moves forward: a process that flushes late does not set it back', async () => {
    const script = await server.administrator.token()
    await script.get('/api/v1/me', { 'user-agent': 'late' })
    const later = server.clock() + 60 * SECOND_MS
    const values = `('${script.id}', ${later}, '192.0.2.9', 'newer')`
    await server.sql(
      `INSERT INTO token_usage (token_id, last_used_at, last_used_address, last_used_client) VALUES ${values}`,
    )

    await server.services.usage.flush()

    expect(await stored(script.id)).toMatchObject([{ last_used_at: later, last_used_client: 'newer' }])
    expect(await lastUse(script.id)).toEqual({
      at: new Date(later).toISOString(),
      address: '192.0.2.9',
      client: 'newer',
    })
  })

  test.each([
    { why: 'cut', sent: 'x'.repeat(1000), shown: 'x'.repeat(200) },
    { why: 'freed of control characters', sent: 'cu\trl/8.5', shown: 'curl/8.5' },
    {
      why: 'freed of the secret of a token',
      sent: `tool ramp_pat_${'a'.repeat(12)}${'S'.repeat(38)}`,
      shown: `tool ramp_pat_${'a'.repeat(12)}…`,
    },
    { why: 'none if blank', sent: ' ', shown: null },
  ])('the client is $why', async ({ sent, shown }) => {
    const script = await server.administrator.token()
    await script.get('/api/v1/me', { 'user-agent': sent })
    expect((await lastUse(script.id)).client).toBe(shown)
    await server.services.usage.flush()
    expect((await lastUse(script.id)).client).toBe(shown)
  })

  test('a refused call is no use', async () => {
    const script = await server.administrator.token()
    await server.administrator.delete(`/api/v1/tokens/${script.id}`)
    await script.get('/api/v1/me')
    expect(await lastUse(script.id)).toEqual({ at: null, address: null, client: null })
  })

  test('using a token writes nothing on the way: no row, no change of the epoch', async () => {
    const script = await server.administrator.token()
    await server.services.usage.flush()
    const [epoch, usage] = [await server.sql('SELECT epoch FROM authz_clock'), await server.count('token_usage')]
    await Promise.all(Array.from({ length: 50 }, () => script.get('/api/v1/me')))
    expect(await server.count('token_usage')).toBe(usage)
    await server.services.usage.flush()
    expect(await server.sql('SELECT epoch FROM authz_clock')).toEqual(epoch)
  })
})
