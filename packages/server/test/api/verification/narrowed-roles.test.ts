/** A narrowed token has a role only if it still has every permission of that role. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadRoleCatalogue } from '../../../src/roles/role-catalogue.ts'
import type { TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { client, introspect, machineWith, tokenOf } from '../../support/machines.ts'
import { sendForm } from '../../support/oauth-client.ts'
import { useServer } from '../../support/test-app.ts'
import { useVerifier } from '../../support/verifiers.ts'

const permissionsOf = (role: string) => loadRoleCatalogue().find(role)?.permissions ?? []

/** The catalogue with a role that allows nothing, as a label for an API behind RAMP. */
function catalogueWithLabel() {
  const folder = mkdtempSync(join(tmpdir(), 'ramp-roles-'))
  const file = join(folder, 'roles.json')
  const label = { name: 'Label', description: 'Allows nothing by itself.', permissions: [] }
  writeFileSync(file, JSON.stringify({ roles: [...loadRoleCatalogue().roles, label] }))
  return { file, remove: () => rmSync(folder, { recursive: true }) }
}

onBothEngines('The roles of a narrowed token', (engine) => {
  const catalogue = catalogueWithLabel()
  afterAll(catalogue.remove)
  const server = useServer(engine, { config: { rolesFile: catalogue.file } })
  const verifier = useVerifier(server)

  /** What each way of asking says of the roles that a token has. */
  async function rolesOf(token: TokenHolder): Promise<Record<string, readonly string[]>> {
    const api = await machineWith(server, 'TokenVerifier')
    const verdict = await verifier.verify(`Bearer ${token.secret}`)
    const batch = await api.token.post('/oauth2/introspect/batch', { tokens: [{ token: token.secret }] })
    const finding = await api.token.post('/api/v1/verifiers/introspect', { token: token.secret })
    return {
      me: (await token.get('/api/v1/me')).body.account.roles,
      proxy: String((await token.get('/_auth/verify')).headers['x-ramp-roles'])
        .split(',')
        .filter(Boolean),
      introspection: (await introspect(api.token, token.secret)).body.roles,
      batch: batch.body.items[0].roles,
      finding: finding.body.credential.account.roles,
      service: verdict.outcome === 'active' ? verdict.account.roles : [],
    }
  }

  const everywhere = (roles: readonly string[]) => ({
    me: roles,
    proxy: roles,
    introspection: roles,
    batch: roles,
    finding: roles,
    service: roles,
  })

  test('are those that it has in full, whoever asks', async () => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer', 'Auditor', 'Label'] })
    const viewer = permissionsOf('GlobalTemplateViewer')
    const [all, one, most] = await Promise.all([
      owner.token(),
      owner.tokenWith(...viewer),
      owner.tokenWith(...viewer.slice(1), ...permissionsOf('Auditor').slice(1)),
    ])
    expect(await rolesOf(all)).toEqual(everywhere(['Auditor', 'GlobalTemplateViewer', 'Label']))
    expect(await rolesOf(one)).toEqual(everywhere(['GlobalTemplateViewer']))
    expect(await rolesOf(most)).toEqual(everywhere([]))
  })

  test('are what a proxy can demand, and no others', async () => {
    const narrow = await server.administrator.tokenWith('own-tokens:read')
    const ask = (role: string) => narrow.get(`/_auth/verify?role=${role}`)
    expect(await ask('Administrator')).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
    const full = await server.administrator.tokenWith(...permissionsOf('Administrator'))
    expect(await full.get('/_auth/verify?role=Administrator')).toMatchObject({ status: 200 })
    const owner = await server.member({ roles: ['Label'] })
    expect((await (await owner.token()).get('/_auth/verify?role=Label')).status).toBe(200)
    expect((await (await owner.tokenWith('own-tokens:read')).get('/_auth/verify?role=Label')).status).toBe(403)
  })

  test('go when it is narrowed, at the next call', async () => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer'] })
    const script = await owner.tokenWith(...permissionsOf('GlobalTemplateViewer'))
    await verifier.warm(script)
    expect(await rolesOf(script)).toEqual(everywhere(['GlobalTemplateViewer']))
    const [, ...rest] = permissionsOf('GlobalTemplateViewer')
    await owner.patch(`/api/v1/tokens/${script.id}`, { permissions: rest })
    expect(await rolesOf(script)).toEqual(everywhere([]))
  })

  test('go with the role, though another role still gives every permission of it', async () => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer', 'GlobalTemplateOwner'] })
    const script = await owner.tokenWith(...permissionsOf('GlobalTemplateViewer'))
    expect(await rolesOf(script)).toEqual(everywhere(['GlobalTemplateViewer']))
    await server.administrator.delete(`/api/v1/members/${owner.id}/roles/GlobalTemplateViewer`)
    expect(await rolesOf(script)).toEqual(everywhere([]))
  })

  test('are those of an access token, too, which has what both it and its parent leave', async () => {
    const machine = await machineWith(server, 'GlobalTemplateViewer', 'Auditor')
    const api = await machineWith(server, 'TokenVerifier')
    const exchange = async (secret: string, scope?: string) => {
      const form = { grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }
      const { body } = await sendForm(client(server.origin, machine.id, secret), '/oauth2/token', form)
      return (await introspect(api.token, body.access_token)).body.roles
    }
    expect(await exchange(machine.token.secret)).toEqual(['Auditor', 'GlobalTemplateViewer'])
    expect(await exchange(machine.token.secret, permissionsOf('Auditor').join(' '))).toEqual(['Auditor'])
    expect(await exchange(machine.token.secret, 'audit:read')).toEqual([])
    const narrow = await tokenOf(server, machine.id, { permissions: permissionsOf('GlobalTemplateViewer') })
    expect(await exchange(narrow.secret)).toEqual(['GlobalTemplateViewer'])
    expect(await exchange(narrow.secret, 'templates:read')).toEqual([])
  })

  test('stand in the explanation of it', async () => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer', 'Auditor'] })
    const detailOf = async (token: TokenHolder) => {
      const { body } = await owner.post(`/api/v1/tokens/${token.id}/explain`, {})
      return body.rules.at(-1).detail
    }
    expect(await detailOf(await owner.token())).toBe("The account's roles: Auditor, GlobalTemplateViewer.")
    const narrow = await owner.tokenWith(...permissionsOf('GlobalTemplateViewer'))
    expect(await detailOf(narrow)).toMatch(/ The token is narrowed; it has GlobalTemplateViewer\.$/)
    const neither = await owner.tokenWith('templates:read')
    expect(await detailOf(neither)).toMatch(/ The token is narrowed; it has none of them\.$/)
  })
})
