import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { setPolicy } from '../../support/policy.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('A new token under a policy', (engine) => {
  const server = useServer(engine)
  const inDays = (days: number) => new Date(server.clock() + days * DAY_MS).toISOString()
  const dayIn = (days: number) => inDays(days).slice(0, 10)
  const refusal = async (body: object, act = server.administrator) =>
    nothingHappens(server, () => act.post('/api/v1/tokens', { name: newName('new'), ...body }))
  const fieldsOf = ({ body }: { body: { errors: { field: string; code: string }[] } }) =>
    body.errors.map(({ field, code }) => `${field} ${code}`)

  test('may not live longer than the maximum, to the end of its last day, and must have an end then', async () => {
    await setPolicy(server.administrator, { pat: { maximumLifetimeDays: 30 } })
    await server.administrator.token({ expiresAt: dayIn(30) })
    const long = await refusal({ expiresAt: dayIn(31) })
    expect(long).toMatchObject({ status: 422, body: { code: 'policy_violation' } })
    expect(fieldsOf(long)).toEqual(['expiresAt lifetime_too_long'])
    expect(fieldsOf(await refusal({}))).toEqual(['expiresAt expiration_required'])
  })

  test('must have an end where one is required', async () => {
    await setPolicy(server.administrator, { pat: { expirationRequired: true } })
    expect(fieldsOf(await refusal({ expiresAt: null }))).toEqual(['expiresAt expiration_required'])
    await server.administrator.token({ expiresAt: dayIn(3000) })
  })

  test('may name only addresses within those of the policy; every fault is said at once', async () => {
    await setPolicy(server.administrator, {
      pat: { expirationRequired: true, allowedAddresses: ['127.0.0.0/8', '10.0.0.0/8', '2001:db8::/32'] },
    })
    const refused = await refusal({ allowedAddresses: ['10.1.0.0/16', '192.0.2.1', '::/0'] })
    expect(refused).toMatchObject({ status: 422, body: { code: 'policy_violation' } })
    expect(fieldsOf(refused)).toEqual([
      'expiresAt expiration_required',
      'allowedAddresses.1 addresses_not_allowed',
      'allowedAddresses.2 addresses_not_allowed',
    ])
    await server.administrator.token({ expiresAt: dayIn(1), allowedAddresses: ['10.1.0.0/16', '2001:db8:1::/48'] })
  })

  test('is one of as many as an account may have, also if two are made at once', async () => {
    await setPolicy(server.administrator)
    const owner = await server.member()
    const [first] = [await owner.token(), await owner.token()]
    await setPolicy(server.administrator, { pat: { tokensPerAccount: 3 } })
    const make = () => owner.post('/api/v1/tokens', { name: newName('one') })
    const statuses = (await Promise.all([make(), make(), make()])).map(({ status }) => status)
    expect(statuses.sort()).toEqual([201, 409, 409])
    expect((await refusal({}, owner)).body.code).toBe('token_limit_reached')
    await owner.delete(`/api/v1/tokens/${first.id}`)
    expect((await make()).status).toBe(201)
  })

  test('replaces one at the limit, but an account cannot heap them up by overlaps', async () => {
    const owner = await server.member()
    await setPolicy(server.administrator, { pat: { tokensPerAccount: 1 } })
    const { id } = await owner.token()
    const rotate = (token: string, overlapSeconds: number) =>
      owner.post(`/api/v1/tokens/${token}/rotate`, { overlapSeconds })
    const second = await rotate(id, 3600)
    expect(second.status).toBe(201)
    expect((await rotate(second.body.token.id, 3600)).body.code).toBe('token_limit_reached')
    expect((await rotate(second.body.token.id, 0)).status).toBe(201)
  })

  test('is for those whom the policy names: all, some roles (through a group, too), nobody; what is there goes on', async () => {
    const owner = await server.member()
    const script = await owner.token()
    const rules = async () => (await owner.get('/api/v1/tokens/rules')).body.pat
    const create = () => owner.post('/api/v1/tokens', { name: newName('wanted') })
    expect(await rules()).toMatchObject({ mayCreate: true })

    await setPolicy(server.administrator, { pat: { creation: { roles: ['GlobalTemplateEditor', 'TemplateCreator'] } } })
    const refused = await nothingHappens(server, create)
    expect(refused).toMatchObject({ status: 403, body: { code: 'token_creation_not_allowed' } })
    expect(refused.body.detail).toContain('GlobalTemplateEditor, TemplateCreator')
    const rotation = await nothingHappens(server, () => owner.post(`/api/v1/tokens/${script.id}/rotate`, {}))
    expect(rotation.body.code).toBe('token_creation_not_allowed')
    expect(await rules()).toMatchObject({ mayCreate: false })
    expect((await script.get('/api/v1/me')).status).toBe(200)

    const { body: group } = await server.administrator.post('/api/v1/groups', { name: newName('makers') })
    await server.administrator.put(`/api/v1/groups/${group.id}/roles/TemplateCreator`)
    await server.administrator.put(`/api/v1/groups/${group.id}/members/${owner.id}`)
    expect((await create()).status).toBe(201)

    await setPolicy(server.administrator, { pat: { creation: 'nobody' } })
    expect((await create()).body.code).toBe('token_creation_not_allowed')
    expect((await script.get('/api/v1/me')).status).toBe(200)
    const { body: machine } = await server.administrator.post('/api/v1/service-accounts', { name: newName('ci') })
    const token = await server.administrator.post(`/api/v1/service-accounts/${machine.id}/tokens`, { name: 'deploy' })
    expect(token.status, 'machines are not asked').toBe(201)
  })

  test('in place of another lives as long as that one, or as the policy allows', async () => {
    await setPolicy(server.administrator)
    const owner = await server.member()
    const endless = await owner.token()
    const short = await owner.token({ expiresAt: dayIn(30) })
    await setPolicy(server.administrator, { pat: { maximumLifetimeDays: 30 } })
    const rotate = (id: string, body: object = {}) => owner.post(`/api/v1/tokens/${id}/rotate`, body)
    expect((await rotate(endless.id)).body.token.expiresAt).toBe(`${dayIn(30)}T23:59:59.999Z`)
    expect((await rotate(short.id)).status).toBe(201)
    const other = await owner.token({ expiresAt: dayIn(3) })
    const refused = await nothingHappens(server, () => rotate(other.id, { expiresAt: dayIn(40) }))
    expect(refused).toMatchObject({ status: 422, body: { code: 'policy_violation' } })
  })

  test('of a service account has rules of its own kind', async () => {
    await setPolicy(server.administrator, { pat: { tokensPerAccount: 1 }, service: { maximumLifetimeDays: 7 } })
    const { body: machine } = await server.administrator.post('/api/v1/service-accounts', { name: newName('ci') })
    const tokens = `/api/v1/service-accounts/${machine.id}/tokens`
    expect((await server.administrator.post(tokens, { name: 'a' })).body.code).toBe('policy_violation')
    expect((await server.administrator.post(tokens, { name: 'a', expiresAt: dayIn(7) })).status).toBe(201)
    expect((await server.administrator.post(tokens, { name: 'b', expiresAt: dayIn(7) })).status).toBe(201)
  })
})
