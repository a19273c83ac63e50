import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const from = (address: string) => ({ 'x-forwarded-for': address })

onBothEngines('A token bound to addresses', (engine) => {
  const server = useServer(engine, { config: { trustProxy: ['127.0.0.1'] } })

  test.each([
    { ranges: ['192.0.2.0/24'], inside: ['192.0.2.0', '192.0.2.255'], outside: ['192.0.3.0', '2001:db8::1'] },
    { ranges: ['192.0.2.7'], inside: ['192.0.2.7', '::ffff:192.0.2.7'], outside: ['192.0.2.8', '127.0.0.1'] },
    {
      ranges: ['2001:db8::/32', '10.0.0.0/8'],
      inside: ['2001:db8:1::2', '10.1.2.3'],
      outside: ['2001:db9::1', '11.0.0.1'],
    },
  ])('$ranges lets in $inside and not $outside', async ({ ranges, inside, outside }) => {
    const script = await server.administrator.token({ allowedAddresses: ranges })
    for (const address of inside) expect((await script.get('/api/v1/me', from(address))).status, address).toBe(200)
    for (const address of outside) {
      expect(await script.get('/api/v1/me', from(address)), address).toMatchObject({
        status: 403,
        body: { code: 'address_not_allowed' },
      })
    }
  })

  test('a call from elsewhere is no use of it', async () => {
    const script = await server.administrator.token({ allowedAddresses: ['192.0.2.7'] })
    await script.get('/api/v1/me', from('198.51.100.1'))
    expect((await server.administrator.get(`/api/v1/tokens/${script.id}`)).body.lastUsedAt).toBeNull()
  })

  test.each(['garbage', 'ramp_pat_x', "'; --", '192.0.2.7:x', 'localhost'])(
    'what a proxy forwards that is no address of the ranges (%s) is let in nowhere and fails nothing',
    async (address) => {
      const script = await server.administrator.token({ allowedAddresses: ['0.0.0.0/0', '2001:db8::/32'] })
      expect(await script.get('/api/v1/me', from(address))).toMatchObject({
        status: 403,
        body: { code: 'address_not_allowed' },
      })
    },
  )

  test.each(['192.0.2.7:443', '[2001:db8::7]:443', '::ffff:192.0.2.7'])(
    'an address that a gateway forwards with its port or mapped (%s) is that address',
    async (address) => {
      const script = await server.administrator.token({ allowedAddresses: ['192.0.2.7', '2001:db8::/32'] })
      expect((await script.get('/api/v1/me', from(address))).status).toBe(200)
    },
  )

  test('only the proxy that is trusted is believed: the nearest address beyond it counts', async () => {
    const script = await server.administrator.token({ allowedAddresses: ['192.0.2.7'] })
    expect((await script.get('/api/v1/me', from('192.0.2.7, 198.51.100.1'))).status).toBe(403)
    expect((await script.get('/api/v1/me', from('198.51.100.1, 192.0.2.7'))).status).toBe(200)
  })

  test.each([
    '',
    'localhost',
    '192.0.2',
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '192.0.2.0/',
    '192.0.2.0/2x',
    '::/129',
    'fe80::1%eth0',
    '1.2.3.4/8/8',
    '*',
  ])('refuses %j as a range', async (range) => {
    const body = { name: newName('bound'), allowedAddresses: ['192.0.2.1', range] }
    const refused = await nothingHappens(server, () => server.administrator.post('/api/v1/tokens', body))
    const errors = [{ field: 'allowedAddresses.1', code: 'not_an_address_range' }]
    expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed', errors } })
  })
})
