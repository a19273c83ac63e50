import { expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { setPolicy } from '../../support/policy.ts'
import { useServer } from '../../support/test-app.ts'

/** Ranges that begin at the same address differ in their length alone. */
const WIDER = [
  [['127.0.0.0/8'], ['127.0.0.0/7']],
  [['127.0.0.0/8'], ['126.0.0.0/7']],
  [['127.0.0.0/8'], ['127.0.0.0/0']],
  [['127.0.0.0/8'], ['0.0.0.0/0']],
  [['127.0.0.0/8'], ['128.0.0.0/9']],
  [['192.0.2.4/30'], ['192.0.2.4/29']],
  [['192.0.2.4/30'], ['192.0.2.8']],
  [['192.0.2.4'], ['192.0.2.4/31']],
  [['127.0.0.0/8'], ['::ffff:127.0.0.1']],
  [['127.0.0.0/8'], ['::ffff:127.0.0.0/104']],
  [['::ffff:0:0/96'], ['127.0.0.1']],
  [['2001:db8::/32'], ['2001:db8::/31']],
  [['2001:db8::/32'], ['2001:db8::/3']],
  [['2001:db8::/32'], ['2001:db9::/33']],
  [['2001:db8::/32'], ['::/0']],
  [['2001:db8::1'], ['2001:db8::1/127']],
  [['0.0.0.0/0'], ['::/0']],
  [['::/0'], ['0.0.0.0/0']],
  [['192.0.2.0/25', '198.51.100.0/24'], ['192.0.2.0/24']],
  [['192.0.2.0/24'], ['192.0.2.0/25', '192.0.3.0/25']],
]

const NARROWER = [
  [['127.0.0.0/8'], ['127.0.0.0/8']],
  [['127.0.0.0/8'], ['127.0.0.0/9']],
  [['127.0.0.0/8'], ['127.128.0.0/9', '127.0.0.1']],
  [['192.0.2.4'], ['192.0.2.4/32']],
  [['0.0.0.0/0'], ['10.0.0.0/8']],
  [['2001:db8::/32'], ['2001:db8:8000::/33']],
  [['2001:db8::/32'], ['2001:DB8::1']],
  [['::/0'], ['::1', '2001:db8::/32']],
  [
    ['192.0.2.0/25', '192.0.2.128/25'],
    ['192.0.2.64/26', '192.0.2.128/26'],
  ],
]

onBothEngines('The addresses of a token', (engine) => {
  const server = useServer(engine)

  test.each(WIDER)('%s do not become %s', async (from, to) => {
    const script = await server.administrator.token({ allowedAddresses: from })
    const answer = await nothingHappens(server, () =>
      server.administrator.patch(`/api/v1/tokens/${script.id}`, { allowedAddresses: to }),
    )
    const errors = [{ field: 'allowedAddresses', code: 'token_widening' }]
    expect(answer).toMatchObject({ status: 409, body: { code: 'token_widening', errors } })
  })

  test.each(NARROWER)('%s become %s', async (from, to) => {
    const script = await server.administrator.token({ allowedAddresses: from })
    const answer = await server.administrator.patch(`/api/v1/tokens/${script.id}`, { allowedAddresses: to })
    expect(answer).toMatchObject({ status: 200, body: { allowedAddresses: to } })
  })

  test('lie within those of the policy, by the same rule', async () => {
    const create = (allowedAddresses: readonly string[]) =>
      server.administrator.post('/api/v1/tokens', { name: allowedAddresses.join(' ').slice(0, 100), allowedAddresses })
    await setPolicy(server.administrator, { pat: { allowedAddresses: ['127.0.0.0/8', '2001:db8::/32'] } })
    try {
      for (const wider of ['127.0.0.0/7', '2001:db8::/31', '::ffff:127.0.0.1', '0.0.0.0/0', '::/0'])
        expect((await create([wider])).body.errors?.[0]?.code, wider).toBe('addresses_not_allowed')
      for (const narrower of ['127.0.0.0/8', '127.0.0.0/9', '2001:db8::/33'])
        expect((await create([narrower])).status, narrower).toBe(201)
    } finally {
      await setPolicy(server.administrator)
    }
  })
})
