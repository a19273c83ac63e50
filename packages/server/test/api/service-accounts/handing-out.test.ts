import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

/** A catalogue of the operator's own, where somebody manages service accounts and cannot give roles. */
const folder = mkdtempSync(join(tmpdir(), 'ramp-roles-'))
const rolesFile = join(folder, 'roles.json')
const MACHINES = ['service-accounts:read', 'service-accounts:write']
writeFileSync(
  rolesFile,
  JSON.stringify({
    roles: [
      {
        name: 'Administrator',
        description: 'Everything.',
        permissions: [...MACHINES, 'members:read', 'members:write', 'roles:grant', 'parcels:take'],
      },
      { name: 'Machinist', description: 'Sets up machines.', permissions: [...MACHINES, 'parcels:read'] },
      { name: 'Reader', description: 'Reads.', permissions: ['parcels:read'] },
      { name: 'Courier', description: 'Takes.', permissions: ['parcels:read', 'parcels:take'] },
    ],
  }),
)
afterAll(() => rmSync(folder, { recursive: true }))

onBothEngines('Who manages service accounts and cannot give roles', (engine) => {
  const server = useServer(engine, { config: { rolesFile } })

  test('makes and rotates no token that allows more than they may do', async () => {
    const { administrator } = server
    const machinist = await server.member({ roles: ['Machinist'] })
    const { body: account } = await machinist.post('/api/v1/service-accounts', { name: 'parcel-robot' })
    const path = `/api/v1/service-accounts/${account.id}`
    await administrator.put(`${path}/roles/Reader`)
    expect((await machinist.post(`${path}/tokens`, { name: 'one' })).status).toBe(201)

    await administrator.put(`${path}/roles/Courier`)
    const { body: strong } = await administrator.post(`${path}/tokens`, { name: 'two' })
    for (const attempt of [
      () => machinist.post(`${path}/tokens`, { name: 'three' }),
      () => machinist.post(`${path}/tokens/${strong.token.id}/rotate`, {}),
    ]) {
      const refused = await nothingHappens(server, attempt, ['audit_event'])
      expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
      expect(refused.body.detail).toContain('parcels:take')
    }
    const narrow = { name: 'four', permissions: ['parcels:read'] }
    expect((await machinist.post(`${path}/tokens`, narrow)).status).toBe(201)
  })
})
