/** A token that makes another gives it no more than it has itself: in time, addresses and permissions. */
import { expect, test } from 'vitest'
import { HOUR_MS } from '../../../src/core/clock.ts'
import { TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { client, machineWith, tokenOf } from '../../support/machines.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { sendForm } from '../../support/oauth-client.ts'
import { setPolicy } from '../../support/policy.ts'
import { useServer } from '../../support/test-app.ts'

const LOOPBACK = ['127.0.0.0/8']
let names = 0
const named = (input: object = {}) => ({ name: `made ${names++}`, ...input })

onBothEngines('A service token that a token makes', (engine) => {
  const server = useServer(engine)
  const at = (ms: number) => new Date(Math.floor((server.clock() + ms) / 1000) * 1000).toISOString()
  const pathOf = ({ id }: { id: string }) => `/api/v1/service-accounts/${id}/tokens`

  test('takes over the limits that are not stated', async () => {
    const path = pathOf(await machineWith(server))
    const expiresAt = at(HOUR_MS)
    const maker = await server.administrator.token({ expiresAt, allowedAddresses: LOOPBACK })
    const { status, body } = await maker.post(path, named())
    expect(status).toBe(201)
    expect(Date.parse(body.token.expiresAt)).toBe(Date.parse(expiresAt))
    expect(body.token).toMatchObject({ allowedAddresses: LOOPBACK, permissions: null })
    const narrow = await server.administrator.tokenWith('service-accounts:write', 'own-tokens:read', 'own-tokens:write')
    const narrowed = await narrow.post(path, named())
    expect([...narrowed.body.token.permissions].sort()).toEqual(['own-tokens:read', 'own-tokens:write'])
    const free = await (await server.administrator.token()).post(path, named())
    expect(free.body.token).toMatchObject({ expiresAt: null, allowedAddresses: null, permissions: null })
  })

  test('is refused what its maker does not have: a later end, more addresses, no narrowing', async () => {
    const path = pathOf(await machineWith(server))
    const timed = await server.administrator.token({ expiresAt: at(HOUR_MS) })
    const bound = await server.administrator.token({ allowedAddresses: [...LOOPBACK, '2001:db8::/32'] })
    const narrow = await server.administrator.tokenWith('service-accounts:write', 'own-tokens:read', 'own-tokens:write')
    const attempts = [
      { maker: timed, field: 'expiresAt', wanted: { expiresAt: null } },
      { maker: timed, field: 'expiresAt', wanted: { expiresAt: at(2 * HOUR_MS) } },
      { maker: timed, field: 'expiresAt', wanted: { expiresAt: at(HOUR_MS + 1000) } },
      { maker: bound, field: 'allowedAddresses', wanted: { allowedAddresses: null } },
      { maker: bound, field: 'allowedAddresses', wanted: { allowedAddresses: ['192.0.2.1'] } },
      { maker: bound, field: 'allowedAddresses', wanted: { allowedAddresses: ['126.0.0.0/7'] } },
      { maker: bound, field: 'allowedAddresses', wanted: { allowedAddresses: ['127.0.0.1', '2001:db9::/32'] } },
      { maker: narrow, field: 'permissions', wanted: { permissions: null } },
    ]
    for (const { maker, field, wanted } of attempts) {
      const refused = await nothingHappens(server, () => maker.post(path, named(wanted)), ['audit_event'])
      expect(refused, JSON.stringify(wanted)).toMatchObject({
        status: 403,
        body: { code: 'grant_exceeds_token', errors: [{ field }] },
      })
    }
  })

  test('may have less', async () => {
    const path = pathOf(await machineWith(server))
    const maker = await server.administrator.token({ expiresAt: at(HOUR_MS), allowedAddresses: LOOPBACK })
    const wanted = { expiresAt: at(HOUR_MS / 2), allowedAddresses: ['127.0.0.1', '127.8.0.0/16'] }
    const { status, body } = await maker.post(path, named(wanted))
    expect({ status, allowedAddresses: body.token.allowedAddresses }).toEqual({
      status: 201,
      allowedAddresses: wanted.allowedAddresses,
    })
  })

  test('is within the addresses that the policy leaves its maker', async () => {
    const path = pathOf(await machineWith(server))
    const [maker, bound] = [
      await server.administrator.token(),
      await server.administrator.token({ allowedAddresses: ['127.0.0.0/16', '192.0.2.0/24'] }),
    ]
    await setPolicy(server.administrator, { pat: { allowedAddresses: LOOPBACK } })
    expect((await maker.post(path, named())).body.token.allowedAddresses).toEqual(LOOPBACK)
    expect((await bound.post(path, named())).body.token.allowedAddresses).toEqual(['127.0.0.0/16'])
    expect((await maker.post(path, named({ allowedAddresses: ['192.0.2.1'] }))).body.code).toBe('grant_exceeds_token')
    await setPolicy(server.administrator)
    expect((await maker.post(path, named())).body.token.allowedAddresses).toBeNull()
  })

  test('that an access token makes ends with that one, at the latest', async () => {
    const machine = await machineWith(server, 'Administrator')
    const path = pathOf(await machineWith(server))
    const form = { grant_type: 'client_credentials' }
    const { body } = await sendForm(client(server.origin, machine.id, machine.token.secret), '/oauth2/token', form)
    const access = new TokenHolder(server.origin, { id: 'x', secret: body.access_token })
    const made = await access.post(path, named())
    expect(made.status).toBe(201)
    expect(Date.parse(made.body.token.expiresAt)).toBeLessThanOrEqual(server.clock() + 900_000)
    expect((await access.post(path, named({ expiresAt: null }))).body.code).toBe('grant_exceeds_token')
  })

  test('in the place of another keeps that one’s limits, and so is refused to a maker that has not got them', async () => {
    const machine = await machineWith(server)
    const rotate = (maker: TokenHolder, { id }: TokenHolder, body: object = {}) =>
      maker.post(`${pathOf(machine)}/${id}/rotate`, body)
    const timed = await server.administrator.token({ expiresAt: at(HOUR_MS) })
    const bound = await server.administrator.token({ allowedAddresses: LOOPBACK })
    const narrow = await server.administrator.tokenWith('service-accounts:write', 'own-tokens:read', 'own-tokens:write')
    for (const [maker, field] of [
      [timed, 'expiresAt'],
      [bound, 'allowedAddresses'],
      [narrow, 'permissions'],
    ] as const) {
      const refused = await nothingHappens(server, () => rotate(maker, machine.token), ['audit_event'])
      expect(refused, field).toMatchObject({ status: 403, body: { code: 'grant_exceeds_token', errors: [{ field }] } })
    }
    expect((await rotate(timed, machine.token, { expiresAt: at(HOUR_MS / 2) })).status).toBe(201)
    const limited = await tokenOf(server, machine.id, {
      allowedAddresses: ['127.0.0.1'],
      permissions: ['own-tokens:read'],
    })
    expect((await rotate(bound, limited)).status).toBe(201)
    const narrowed = await tokenOf(server, machine.id, { permissions: ['own-tokens:read'] })
    expect((await rotate(narrow, narrowed)).status).toBe(201)
  })
})
