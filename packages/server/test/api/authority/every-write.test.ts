import { beforeAll, expect, test } from 'vitest'
import { ACCESS } from '../../../src/http/access.ts'
import { type Actor, type Member, newName, type TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import type { Answer } from '../../support/http-client.ts'
import { type Snapshot, snapshotOf } from '../../support/nothing-happened.ts'
import { sendForm } from '../../support/oauth-client.ts'
import { overtakenBy } from '../../support/overtaken.ts'
import { policyWith } from '../../support/policy.ts'
import { type TestServer, useServer } from '../../support/test-app.ts'

/**
 * Every route that writes on somebody's authority. Its request is authenticated, then its credential ends, then it would
 * commit. The list is complete: a test compares it with the routes of the server.
 */
interface Case {
  readonly route: string
  /** A request that succeeds if nothing comes between. */
  send(actor: Actor, world: World, headers: Record<string, string>): Promise<Answer>
}

interface World {
  readonly member: Member
  readonly memberToken: TokenHolder
  readonly group: string
  readonly lowerGroup: string
  readonly upperGroup: string
  readonly service: string
  readonly serviceToken: string
  /** Of a program that waits for approval. */
  readonly userCode: string
}

const write = (route: string, path: (world: World) => string, body?: (world: World) => unknown): Case => ({
  route,
  send: (actor, world, headers) =>
    actor.request(route.split(' ')[0] ?? '', path(world), { ...(body && { body: body(world) }), headers }),
})

const BY_TOKEN: readonly Case[] = [
  write('POST /api/v1/members', () => '/api/v1/members', newMember),
  write(
    'POST /api/v1/members/bulk',
    () => '/api/v1/members/bulk',
    ({ member }) => ({
      ids: [member.id],
      action: { grant: 'GlobalTemplateViewer' },
    }),
  ),
  write(
    'POST /api/v1/members/import',
    () => '/api/v1/members/import',
    () => ({
      csv: `username,email,firstName,lastName\n${newName('csv')},${newName('csv')}@example.test,C,V\n`,
    }),
  ),
  write(
    'PATCH /api/v1/members/:id',
    ({ member }) => `/api/v1/members/${member.id}`,
    () => ({ lastName: 'Changed' }),
  ),
  ...(['members', 'service-accounts', 'groups'] as const).flatMap((holders) => [
    write(
      `PUT /api/v1/${holders}/:id/roles/:role`,
      (world) => `${holderPath(world, holders)}/roles/GlobalTemplateOwner`,
    ),
    write(
      `DELETE /api/v1/${holders}/:id/roles/:role`,
      (world) => `${holderPath(world, holders)}/roles/GlobalTemplateEditor`,
    ),
  ]),
  write(
    'POST /api/v1/groups',
    () => '/api/v1/groups',
    () => ({ name: newName('group') }),
  ),
  write(
    'PATCH /api/v1/groups/:id',
    ({ group }) => `/api/v1/groups/${group}`,
    () => ({ description: 'Changed' }),
  ),
  write(
    'PUT /api/v1/groups/:id/members/:accountId',
    ({ lowerGroup, member }) => `/api/v1/groups/${lowerGroup}/members/${member.id}`,
  ),
  write(
    'DELETE /api/v1/groups/:id/members/:accountId',
    ({ group, member }) => `/api/v1/groups/${group}/members/${member.id}`,
  ),
  write(
    'PUT /api/v1/groups/:id/groups/:groupId',
    ({ group, lowerGroup }) => `/api/v1/groups/${group}/groups/${lowerGroup}`,
  ),
  write(
    'DELETE /api/v1/groups/:id/groups/:groupId',
    ({ upperGroup, lowerGroup }) => `/api/v1/groups/${upperGroup}/groups/${lowerGroup}`,
  ),
  write('DELETE /api/v1/groups/:id', ({ group }) => `/api/v1/groups/${group}`),
  write(
    'POST /api/v1/service-accounts',
    () => '/api/v1/service-accounts',
    () => ({ name: newName('service') }),
  ),
  write(
    'PATCH /api/v1/service-accounts/:id',
    ({ service }) => `/api/v1/service-accounts/${service}`,
    () => ({ description: 'Changed' }),
  ),
  write(
    'POST /api/v1/service-accounts/:id/tokens',
    ({ service }) => `/api/v1/service-accounts/${service}/tokens`,
    () => ({ name: newName('token') }),
  ),
  write('PATCH /api/v1/service-accounts/:id/tokens/:tokenId', serviceTokenPath, () => ({ name: newName('renamed') })),
  write(
    'POST /api/v1/service-accounts/:id/tokens/:tokenId/rotate',
    (world) => `${serviceTokenPath(world)}/rotate`,
    () => ({}),
  ),
  write('DELETE /api/v1/service-accounts/:id/tokens/:tokenId', serviceTokenPath),
  write('DELETE /api/v1/service-accounts/:id', ({ service }) => `/api/v1/service-accounts/${service}`),
  write(
    'POST /api/v1/admin/tokens/revoke',
    () => '/api/v1/admin/tokens/revoke',
    ({ memberToken }) => ({ ids: [memberToken.id] }),
  ),
  {
    route: 'POST /oauth2/revoke',
    send: (actor, { memberToken }, headers) =>
      sendForm(actor, '/oauth2/revoke', { token: memberToken.secret }, headers),
  },
]

/** The caller's own token, as `own`. */
const OF_THE_TOKEN: readonly Case[] = [
  {
    route: 'PATCH /api/v1/tokens/:id',
    send: (actor, _world, headers) =>
      actor.request('PATCH', `/api/v1/tokens/${(actor as TokenHolder).id}`, {
        body: { name: newName('own') },
        headers,
      }),
  },
  {
    route: 'POST /api/v1/tokens/:id/rotate',
    send: (actor, _world, headers) =>
      actor.request('POST', `/api/v1/tokens/${(actor as TokenHolder).id}/rotate`, { body: {}, headers }),
  },
]

const BY_SESSION: readonly Case[] = [
  write(
    'POST /api/v1/tokens',
    () => '/api/v1/tokens',
    () => ({ name: newName('token') }),
  ),
  write(
    'PUT /api/v1/policy',
    () => '/api/v1/policy',
    () => policyWith({ pat: { defaultLifetimeDays: 7 } }),
  ),
  {
    route: 'PUT /api/v1/me/password',
    send: (actor, _world, headers) =>
      actor.request('PUT', '/api/v1/me/password', {
        body: { currentPassword: (actor as Member).password, newPassword: 'another password of this person' },
        headers,
      }),
  },
  write('DELETE /api/v1/me/sessions', () => '/api/v1/me/sessions?current=true'),
  ...['approve', 'deny'].map((decision) =>
    write(
      `POST /api/v1/device-authorizations/:userCode/${decision}`,
      ({ userCode }) => `/api/v1/device-authorizations/${userCode}/${decision}`,
    ),
  ),
]

/** Routes that change nothing on authority that could have ended, with the reason. */
const EXEMPT: Readonly<Record<string, string>> = {
  'DELETE /api/v1/tokens/current': 'ends what has ended',
  'DELETE /api/v1/tokens/:id': 'covered for sessions and tokens by ways-to-end.test.ts',
  'DELETE /api/v1/session': 'ends what has ended',
  'DELETE /api/v1/me/sessions/:id': 'the same as all sessions',
  'POST /api/v1/tokens/:id/explain': 'reads',
  'POST /api/v1/admin/tokens/explain': 'reads',
  'POST /api/v1/policy/preview': 'reads',
  'POST /api/v1/verifiers': "a lease, which ends with the account's next renewal",
  'POST /api/v1/verifiers/:id/renew': 'a lease',
  'POST /api/v1/verifiers/introspect': 'reads',
  'DELETE /api/v1/verifiers/:id': 'gives a lease back',
  'POST /oauth2/introspect': 'reads',
  'POST /oauth2/introspect/batch': 'reads',
}

test("The list names every route that writes on somebody's authority", () => {
  const routes = Object.entries(ACCESS)
    .filter(([route, { by }]) => !route.startsWith('GET ') && by[0] !== 'anonymous' && !route.includes('/_auth/'))
    .map(([route]) => route)
  const named = [...BY_TOKEN, ...OF_THE_TOKEN, ...BY_SESSION].map(({ route }) => route)
  expect([...named, ...Object.keys(EXEMPT)].sort()).toEqual(routes.sort())
})

onBothEngines('After the credential has ended, nothing is committed', (engine) => {
  const server = useServer(engine)
  let world: World

  beforeAll(async () => {
    world = await makeWorld(server)
  })

  test.each([...BY_TOKEN, ...OF_THE_TOKEN])('by $route with a revoked token', async ({ send }) => {
    const script = await server.administrator.token()
    const before = await snapshotOf(server)
    const answer = await overtakenBy(
      server,
      `UPDATE token SET revoked_at = created_at, name_released_at = created_at WHERE id = '${script.id}'`,
      (headers) => send(script, world, headers),
    )
    expect(answer).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
    expect(without(await snapshotOf(server), script.id)).toEqual(without(before, script.id))
  })

  test.each([...BY_TOKEN.filter(({ route }) => !route.includes('/oauth2/')), ...BY_SESSION])(
    'by $route with a session that was ended',
    async ({ send }) => {
      const browser = await server.administrator.signInAgain()
      const sessions = await browser.get('/api/v1/me/sessions')
      const { id } = sessions.body.items.find(({ current }: { current: boolean }) => current)
      const before = await snapshotOf(server)
      const answer = await overtakenBy(server, `DELETE FROM session WHERE id = '${id}'`, (headers) =>
        send(browser, world, headers),
      )
      expect(answer).toMatchObject({ status: 401, body: { code: 'session_ended' } })
      expect(without(await snapshotOf(server), id)).toEqual(without(before, id))
    },
  )
})

/** Everything but the credential that was ended, and the clock that this advanced. */
function without(snapshot: Snapshot, id: string): Snapshot {
  const { authz_clock: _, ...tables } = snapshot
  return Object.fromEntries(
    Object.entries(tables).map(([table, rows]) => [table, rows.filter((row) => row['id'] !== id)]),
  )
}

function newMember() {
  const username = newName('created')
  return {
    username,
    email: `${username}@example.test`,
    firstName: 'Just',
    lastName: 'Made',
    password: 'an initial password for somebody',
    roles: ['Administrator'],
  }
}

const holderPath = ({ member, service, group }: World, holders: 'members' | 'service-accounts' | 'groups') =>
  `/api/v1/${holders}/${{ members: member.id, 'service-accounts': service, groups: group }[holders]}`

function serviceTokenPath({ service, serviceToken }: World): string {
  return `/api/v1/service-accounts/${service}/tokens/${serviceToken}`
}

async function makeWorld(server: TestServer): Promise<World> {
  const { administrator } = server
  const member = await server.member({ roles: ['GlobalTemplateEditor'] })
  const group = await idOf(administrator.post('/api/v1/groups', { name: newName('group') }))
  const lowerGroup = await idOf(administrator.post('/api/v1/groups', { name: newName('lower') }))
  const service = await idOf(administrator.post('/api/v1/service-accounts', { name: newName('service') }))
  const upperGroup = await idOf(administrator.post('/api/v1/groups', { name: newName('upper') }))
  await administrator.put(`/api/v1/groups/${upperGroup}/groups/${lowerGroup}`)
  await administrator.put(`/api/v1/groups/${group}/members/${member.id}`)
  await administrator.put(`/api/v1/groups/${group}/roles/GlobalTemplateEditor`)
  await administrator.put(`/api/v1/service-accounts/${service}/roles/GlobalTemplateEditor`)
  const minted = await administrator.post(`/api/v1/service-accounts/${service}/tokens`, { name: 'minted' })
  const asked = await sendForm(server.anonymous, '/oauth2/device_authorization', { client_id: 'ramp-cli' })
  return {
    member,
    memberToken: await member.token(),
    group,
    lowerGroup,
    upperGroup,
    service,
    serviceToken: minted.body.token.id,
    userCode: asked.body.user_code,
  }
}

async function idOf(created: Promise<Answer>): Promise<string> {
  const { body } = await created
  return body.id
}
