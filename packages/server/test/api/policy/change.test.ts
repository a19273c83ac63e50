import { expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { policyWith, setPolicy } from '../../support/policy.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('The policy', (engine) => {
  const server = useServer(engine)

  test('at first allows what was allowed without one; the documented default is for reactivation', async () => {
    const { status, body, headers } = await server.administrator.get('/api/v1/policy')
    expect(status).toBe(200)
    expect(body).toEqual({ ...policyWith(), updatedAt: null, updatedBy: null })
    expect(headers.etag).toMatch(/^".+"$/)
  })

  test('is replaced as a whole, says who did it, and the change is recorded', async () => {
    const rules = {
      pat: { maximumLifetimeDays: 90, creation: { roles: ['SuperUser'] } },
      service: { tokensPerAccount: 5 },
    }
    const { status, body } = await setPolicy(server.administrator, rules)
    expect(status).toBe(200)
    expect(body).toMatchObject({ updatedBy: 'admin', tokensEnded: 0 })
    expect((await server.administrator.get('/api/v1/policy')).body).toMatchObject(policyWith(rules))
    const [event] = (await server.administrator.get('/api/v1/audit-events?limit=1')).body.items
    expect(event).toMatchObject({
      action: 'policy.changed',
      actor: { username: 'admin' },
      detail: { before: policyWith(), after: policyWith(rules) },
    })
    await setPolicy(server.administrator)
  })

  test('two administrators at once: the slower one is told to read again, and nothing of the faster is lost', async () => {
    const { etag } = (await server.administrator.get('/api/v1/policy')).headers
    const write = (tokensPerAccount: number) =>
      server.administrator.put('/api/v1/policy', policyWith({ service: { tokensPerAccount } }), { 'if-match': etag })
    const answers = await Promise.all([write(11), write(12), write(13)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412])
    const won = answers.find(({ status }) => status === 200)
    const { body, headers } = await server.administrator.get('/api/v1/policy')
    expect(body.service).toEqual(won?.body.service)
    expect(headers.etag).toBe(won?.headers.etag)
    expect(answers.find(({ status }) => status === 412)?.body.code).toBe('edited_meanwhile')
    await setPolicy(server.administrator)
  })

  test.each([
    {
      pat: { maximumLifetimeDays: 30, defaultLifetimeDays: 31 },
      field: 'pat.defaultLifetimeDays',
      code: 'longer_than_maximum',
    },
    {
      pat: { maximumLifetimeDays: 30, endUnusedAfterDays: 31 },
      field: 'pat.endUnusedAfterDays',
      code: 'never_applies',
    },
    { pat: { creation: { roles: ['SuperUser', 'Nobody'] } }, field: 'pat.creation.roles.1', code: 'unknown_role' },
    { pat: { creation: { roles: [] } }, field: 'pat.creation.roles', code: 'too_short' },
    {
      pat: { allowedAddresses: ['10.0.0.0/8', '10.0.0.0/33'] },
      field: 'pat.allowedAddresses.1',
      code: 'not_an_address_range',
    },
    { service: { allowedAddresses: ['here'] }, field: 'service.allowedAddresses.0', code: 'not_an_address_range' },
    { service: { maximumLifetimeDays: 0 }, field: 'service.maximumLifetimeDays', code: 'out_of_range' },
    { service: { creation: 'all' }, field: 'service.creation', code: 'unknown_field' },
    { reactivation: { days: 0 }, field: 'reactivation.days', code: 'out_of_range' },
  ])(
    'that contradicts itself or names what is not there is refused at its field: $field',
    async ({ field, code, ...rules }) => {
      const wrong = policyWith(rules)
      for (const act of [
        () => server.administrator.put('/api/v1/policy', wrong),
        () => server.administrator.post('/api/v1/policy/preview', wrong),
      ]) {
        const refused = await nothingHappens(server, act)
        expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
        expect(refused.body.errors).toContainEqual({ field, code, message: expect.any(String) })
      }
      expect((await server.administrator.get('/api/v1/policy')).body).toMatchObject(policyWith())
    },
  )

  test('an Auditor reads and previews it, and does not change it; a SuperUser does neither', async () => {
    const auditor = await server.member({ roles: ['Auditor'] })
    expect((await auditor.get('/api/v1/policy')).status).toBe(200)
    expect((await auditor.post('/api/v1/policy/preview', policyWith())).status).toBe(200)
    expect((await auditor.put('/api/v1/policy', policyWith())).body.code).toBe('insufficient_permissions')
    const superUser = await server.member({ roles: ['SuperUser'] })
    expect((await superUser.get('/api/v1/policy')).body.code).toBe('insufficient_permissions')
    const script = await server.administrator.token()
    expect((await script.get('/api/v1/policy')).status).toBe(200)
    expect((await script.put('/api/v1/policy', policyWith())).body.code).toBe('session_required')
  })
})
