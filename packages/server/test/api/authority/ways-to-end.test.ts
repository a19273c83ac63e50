import { expect, test } from 'vitest'
import { HOUR_MS } from '../../../src/core/clock.ts'
import { type Actor, type Member, newName, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { sendForm } from '../../support/oauth-client.ts'
import { overtakenBy } from '../../support/overtaken.ts'
import { type TestServer, useServer } from '../../support/test-app.ts'

/** A caller whose request makes a group, and how its authority ends while the request runs. */
interface Way {
  readonly name: string
  /** Makes the caller, and the SQL that ends its authority. */
  prepare(server: TestServer): Promise<{ readonly caller: Actor; readonly change: string }>
  readonly status: number
  readonly code: string
}

const gone = { status: 401, code: 'token_revoked' } as const
const shrunk = { status: 403, code: 'insufficient_permissions' } as const

const WAYS: readonly Way[] = [
  {
    name: 'a token that is deleted',
    prepare: byToken(({ id }) => `DELETE FROM token WHERE id = '${id}'`),
    status: 401,
    code: 'token_invalid',
  },
  {
    name: 'a token whose end is moved to the past',
    prepare: byToken(({ id }) => `UPDATE token SET expires_at = created_at + 1 WHERE id = '${id}'`),
    status: 401,
    code: 'token_expired',
  },
  {
    name: 'a token that loses the permission',
    prepare: byToken(({ id }) => `UPDATE token SET permissions = '["groups:read"]' WHERE id = '${id}'`),
    ...shrunk,
  },
  {
    name: 'a token that is bound to another address',
    prepare: byToken(({ id }) => `UPDATE token SET allowed_addresses = '["192.0.2.0/24"]' WHERE id = '${id}'`),
    status: 403,
    code: 'address_not_allowed',
  },
  {
    name: 'a token of an account that is deactivated',
    prepare: byToken((_, owner) => `UPDATE account SET deactivated_at = created_at WHERE id = '${owner.id}'`),
    status: 401,
    code: 'account_deactivated',
  },
  {
    name: 'a token whose owner loses the role',
    prepare: byToken((_, owner) => `DELETE FROM role_grant WHERE account_id = '${owner.id}'`),
    ...shrunk,
  },
  { name: 'an access token whose parent is revoked', prepare: byAccessToken(revocation), ...gone },
  {
    name: 'an access token that is revoked itself',
    prepare: byAccessToken((_, id) => `UPDATE access_token SET revoked_at = created_at WHERE id = '${id}'`),
    ...gone,
  },
  {
    name: 'a session of an account that is deactivated',
    prepare: bySession((owner) => `UPDATE account SET deactivated_at = created_at WHERE id = '${owner.id}'`),
    status: 401,
    code: 'session_ended',
  },
  {
    name: 'a session whose end is moved to the past',
    prepare: bySession((owner) => `UPDATE session SET expires_at = created_at WHERE account_id = '${owner.id}'`),
    status: 401,
    code: 'session_ended',
  },
  {
    name: 'a session that must change its password',
    prepare: bySession((owner) => `UPDATE member SET password_change_required_at = 1 WHERE account_id = '${owner.id}'`),
    status: 403,
    code: 'password_change_required',
  },
  {
    name: 'a session that is given to another account',
    prepare: bySession(
      (owner) =>
        `UPDATE session SET account_id = (SELECT id FROM account WHERE username = 'admin') WHERE account_id = '${owner.id}'`,
    ),
    status: 401,
    code: 'session_ended',
  },
  {
    name: 'a session whose owner leaves the group with the role',
    prepare: byGroup((group) => `DELETE FROM group_member WHERE group_id = '${group.lower}'`),
    ...shrunk,
  },
  {
    name: 'a session whose group loses the role',
    prepare: byGroup((group) => `DELETE FROM group_role WHERE group_id = '${group.upper}'`),
    ...shrunk,
  },
  {
    name: 'a session whose group is taken out of the group with the role',
    prepare: byGroup((group) => `DELETE FROM group_nesting WHERE group_id = '${group.upper}'`),
    ...shrunk,
  },
]

onBothEngines('A request that is overtaken by the end of its authority', (engine) => {
  const server = useServer(engine)

  const makeGroup = (caller: Actor, name: string) => (headers: Record<string, string>) =>
    caller.request('POST', '/api/v1/groups', { body: { name }, headers })
  const isThere = async (name: string) =>
    (await server.sql(`SELECT 1 FROM account_group WHERE name = '${name}'`)).length

  test.each(WAYS)('is refused by $name', async ({ prepare, status, code }) => {
    const { caller, change } = await prepare(server)
    const name = newName('group')
    const events = await server.count("audit_event WHERE action = 'group.created'")
    const answer = await overtakenBy(server, change, makeGroup(caller, name))
    expect(answer).toMatchObject({ status, body: { code } })
    expect(await isThere(name)).toBe(0)
    expect(await server.count("audit_event WHERE action = 'group.created'")).toBe(events)
  })

  test('is refused when the token ends by itself meanwhile, though nothing was changed', async () => {
    const owner = await server.member({ roles: ['Administrator'] })
    const script = await owner.token({ expiresAt: new Date(server.clock() + 2 * HOUR_MS).toISOString() })
    const name = newName('group')
    const block = engine === 'postgres' ? 'LOCK TABLE account_group IN EXCLUSIVE MODE' : 'SELECT 1'
    const endToken = () => server.clock.advance(2 * HOUR_MS)
    const answer = await overtakenBy(server, block, makeGroup(script, name), endToken)
    expect(answer).toMatchObject({ status: 401, body: { code: 'token_expired' } })
    expect(await isThere(name)).toBe(0)
  })

  test('is carried out if what changed meanwhile took nothing from its caller', async () => {
    const owner = await server.member({ roles: ['Administrator'] })
    const other = await server.member({ roles: ['GlobalTemplateViewer'] })
    const script = await owner.token()
    for (const [caller, change] of [
      [script, `DELETE FROM role_grant WHERE account_id = '${other.id}'`],
      [
        owner,
        `INSERT INTO role_grant (account_id, role, granted_at) VALUES ('${owner.id}', 'GlobalTemplateViewer', 0)`,
      ],
    ] as const) {
      const name = newName('group')
      expect(await overtakenBy(server, change, makeGroup(caller, name))).toMatchObject({ status: 201 })
      expect(await isThere(name)).toBe(1)
    }
  })

  test('may end the very token it came with', async () => {
    const script = await server.administrator.token()
    const other = await server.member({ roles: ['GlobalTemplateViewer'] })
    const answer = await overtakenBy(server, `DELETE FROM role_grant WHERE account_id = '${other.id}'`, (headers) =>
      script.request('DELETE', '/api/v1/tokens/current', { headers }),
    )
    expect(answer.status).toBe(204)
    expect((await script.get('/api/v1/me')).body.code).toBe('token_revoked')
  })
})

function revocation({ id }: Pick<TokenHolder, 'id'>): string {
  return `UPDATE token SET revoked_at = created_at, name_released_at = created_at WHERE id = '${id}'`
}

function byToken(change: (token: TokenHolder, owner: Member) => string): Way['prepare'] {
  return async (server) => {
    const owner = await server.member({ roles: ['Administrator'] })
    const caller = await owner.token()
    return { caller, change: change(caller, owner) }
  }
}

function bySession(change: (owner: Member) => string): Way['prepare'] {
  return async (server) => {
    const caller = await server.member({ roles: ['Administrator'] })
    return { caller, change: change(caller) }
  }
}

function byGroup(change: (group: { readonly lower: string; readonly upper: string }) => string): Way['prepare'] {
  return async (server) => {
    const { administrator } = server
    const caller = await server.member()
    const make = async () => (await administrator.post('/api/v1/groups', { name: newName('group') })).body.id
    const [lower, upper] = [await make(), await make()]
    await administrator.put(`/api/v1/groups/${lower}/members/${caller.id}`)
    await administrator.put(`/api/v1/groups/${upper}/groups/${lower}`)
    await administrator.put(`/api/v1/groups/${upper}/roles/Administrator`)
    return { caller, change: change({ lower, upper }) }
  }
}

function byAccessToken(change: (parent: { readonly id: string }, id: string) => string): Way['prepare'] {
  return async (server) => {
    const { administrator } = server
    const { body: account } = await administrator.post('/api/v1/service-accounts', { name: newName('service') })
    await administrator.put(`/api/v1/service-accounts/${account.id}/roles/Administrator`)
    const minted = await administrator.post(`/api/v1/service-accounts/${account.id}/tokens`, { name: 'parent' })
    const client = { client_id: account.id, client_secret: minted.body.secret }
    const { body } = await sendForm(server.anonymous, '/oauth2/token', { grant_type: 'client_credentials', ...client })
    const id = body.access_token.split('_')[2].slice(0, 12)
    const caller = new TokenHolder(server.origin, { id, secret: body.access_token })
    return { caller, change: change(minted.body.token, id) }
  }
}
