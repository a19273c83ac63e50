/**
 * Live inheritance (P7, P8): whatever gives a role or takes it, stops an account or brings it back, counts at the next
 * call of a token that every node has just answered, from memory where there is one.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Verifier } from '@ramp/verifier'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadRoleCatalogue } from '../../../src/roles/role-catalogue.ts'
import { newName, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import type { Answer } from '../../support/http-client.ts'
import { type Nodes, useNodes } from '../../support/nodes.ts'
import { setPolicy } from '../../support/policy.ts'
import { startServer, type TestServer, useServer } from '../../support/test-app.ts'
import { useVerifier } from '../../support/verifiers.ts'

/** It allows `GET /api/v1/members`, which each token is asked for. */
const ROLE = 'SuperUser'

/** What a way is tried on: an account, and groups that it has to do with once a way makes it so. */
interface Scene {
  readonly server: TestServer
  readonly account: { readonly id: string; readonly path: string }
  /** Ids; a way that removes one makes it anew. */
  readonly groups: Record<'team' | 'department' | 'company', string>
  /** Changes by the API, as the Administrator; each must succeed. */
  put(path: string): Promise<void>
  remove(path: string): Promise<void>
  patch(path: string, body: object): Promise<void>
  post(path: string, body: object): Promise<void>
  /** Runs SQL as another program does, by a connection that the server knows nothing of. */
  sql(statements: string): Promise<void>
}

interface Way {
  readonly name: string
  readonly engine?: 'sqlite' | 'postgres'
  /** Where it is not for accounts of both kinds. */
  readonly only?: 'member'
  /** Brings everything about but what `give` does. */
  readonly prepare?: (scene: Scene) => Promise<void>
  readonly give: (scene: Scene) => Promise<void>
  readonly take: (scene: Scene) => Promise<void>
  /** The code of the refusal while it is taken. */
  readonly refusal?: string
}

const group = (id: string) => `/api/v1/groups/${id}`

/** The account in the team, the team in the department, the department in the company, which has the role. */
async function wholeChain(scene: Scene, role = ROLE): Promise<void> {
  const { put, account, groups } = scene
  const { team, department, company } = groups
  await put(`${group(team)}/members/${account.id}`)
  await put(`${group(department)}/groups/${team}`)
  await put(`${group(company)}/groups/${department}`)
  await put(`${group(company)}/roles/${role}`)
}

/** All of that, and one thing undone. */
const chainBut =
  (undo: (scene: Scene) => Promise<void>) =>
  async (scene: Scene): Promise<void> => {
    await wholeChain(scene)
    await undo(scene)
  }

const BY_API: readonly Way[] = [
  {
    name: 'a role given and taken directly',
    give: ({ put, account }) => put(`${account.path}/roles/${ROLE}`),
    take: ({ remove, account }) => remove(`${account.path}/roles/${ROLE}`),
  },
  {
    name: 'a role given to the group and taken from it',
    prepare: ({ put, account, groups }) => put(`${group(groups.team)}/members/${account.id}`),
    give: ({ put, groups }) => put(`${group(groups.team)}/roles/${ROLE}`),
    take: ({ remove, groups }) => remove(`${group(groups.team)}/roles/${ROLE}`),
  },
  chainWay('a role given to a group three above and taken from it', {
    give: ({ put, groups }) => put(`${group(groups.company)}/roles/${ROLE}`),
    take: ({ remove, groups }) => remove(`${group(groups.company)}/roles/${ROLE}`),
  }),
  chainWay('joining a group and leaving it', {
    give: ({ put, account, groups }) => put(`${group(groups.team)}/members/${account.id}`),
    take: ({ remove, account, groups }) => remove(`${group(groups.team)}/members/${account.id}`),
  }),
  chainWay('nesting the own group and un-nesting it', {
    give: ({ put, groups }) => put(`${group(groups.department)}/groups/${groups.team}`),
    take: ({ remove, groups }) => remove(`${group(groups.department)}/groups/${groups.team}`),
  }),
  chainWay('nesting and un-nesting in the middle of the way', {
    give: ({ put, groups }) => put(`${group(groups.company)}/groups/${groups.department}`),
    take: ({ remove, groups }) => remove(`${group(groups.company)}/groups/${groups.department}`),
  }),
  ...(['team', 'department', 'company'] as const).map((name) =>
    chainWay(`making the ${name} and deleting it`, {
      async give(scene) {
        scene.groups[name] = await newGroup(scene.server)
        await wholeChain(scene)
      },
      take: ({ remove, groups }) => remove(group(groups[name])),
    }),
  ),
  {
    name: 'deactivation and reactivation',
    async prepare({ put, patch, account }) {
      await put(`${account.path}/roles/${ROLE}`)
      await patch(account.path, { status: 'deactivated' })
    },
    give: ({ patch, account }) => patch(account.path, { status: 'active' }),
    take: ({ patch, account }) => patch(account.path, { status: 'deactivated' }),
    refusal: 'account_deactivated',
  },
  {
    name: 'a role given to a selection of members and taken from it',
    only: 'member',
    give: ({ post, account }) => post(BULK, { ids: [account.id], action: { grant: ROLE } }),
    take: ({ post, account }) => post(BULK, { ids: [account.id], action: { take: ROLE } }),
  },
  {
    name: 'deactivation of a selection of members',
    only: 'member',
    async prepare({ put, post, account }) {
      await put(`${account.path}/roles/${ROLE}`)
      await post(BULK, { ids: [account.id], action: { status: 'deactivated' } })
    },
    give: ({ patch, account }) => patch(account.path, { status: 'active' }),
    take: ({ post, account }) => post(BULK, { ids: [account.id], action: { status: 'deactivated' } }),
    refusal: 'account_deactivated',
  },
  {
    name: 'an import of members that names a role and then does not',
    only: 'member',
    give: importing('roles', ROLE),
    take: importing('roles', ''),
  },
  {
    name: 'an import of members that deactivates and reactivates',
    only: 'member',
    async prepare(scene) {
      await scene.put(`${scene.account.path}/roles/${ROLE}`)
      await importing('status', 'deactivated')(scene)
    },
    give: importing('status', 'active'),
    take: importing('status', 'deactivated'),
    refusal: 'account_deactivated',
  },
  {
    name: 'a policy that takes addresses away and gives them back',
    async prepare(scene) {
      await scene.put(`${scene.account.path}/roles/${ROLE}`)
      await onlyFromElsewhere(scene)
    },
    give: async ({ server }) => void (await setPolicy(server.administrator)),
    take: onlyFromElsewhere,
    refusal: 'address_not_allowed',
  },
]

const BULK = '/api/v1/members/bulk'

/** A file of one line, the member's, with one column. */
function importing(column: 'roles' | 'status', cell: string) {
  return async ({ server, account, post }: Scene): Promise<void> => {
    const { username } = (await server.administrator.get(account.path)).body
    await post('/api/v1/members/import', { csv: `username,${column}\n${username},${cell}\n` })
  }
}

async function onlyFromElsewhere({ server }: Scene): Promise<void> {
  const rules = { allowedAddresses: ['192.0.2.0/24'] }
  await setPolicy(server.administrator, { pat: rules, service: rules })
}

/** Statements with the account's and the groups' ids in them. */
type Statement = (scene: Scene) => string

const sqlWay = (name: string, give: Statement, take: Statement, rest: Partial<Way> = {}): Way => ({
  name,
  give: (scene) => scene.sql(give(scene)),
  take: (scene) => scene.sql(take(scene)),
  ...rest,
})

/** For which only one link of the chain is missing. */
function chainWay(name: string, way: Pick<Way, 'give' | 'take'>): Way {
  return { name, prepare: chainBut(way.take), ...way }
}

const chainSqlWay = (name: string, give: Statement, take: Statement, rest: Partial<Way> = {}) =>
  sqlWay(name, give, take, { prepare: chainBut((scene) => scene.sql(take(scene))), ...rest })

/** Another group, whose id ends in `(new)`, takes the place of the company. */
function placeTaken(name: string, take: Statement): Way {
  return chainSqlWay(
    name,
    (scene) => `DELETE FROM account_group WHERE id LIKE '% (new)'; ${insertChain(scene)}`,
    take,
    {
      engine: 'sqlite',
    },
  )
}

/** All of it anew. What a group left behind whose row alone was deleted is cleared away first. */
const insertChain: Statement = ({ account, groups: { team, department, company } }) =>
  [
    'DELETE FROM group_member',
    'DELETE FROM group_nesting',
    'DELETE FROM group_role',
    ...[team, department, company].map(
      (id) => `INSERT INTO account_group (id, name, name_key, description, created_at)
        VALUES ('${id}', '${id}', '${id}', '', 0) ON CONFLICT DO NOTHING`,
    ),
    `INSERT INTO group_member (group_id, account_id, added_at) VALUES ('${team}', '${account.id}', 0)`,
    `INSERT INTO group_nesting (group_id, member_group_id, added_at)
      VALUES ('${department}', '${team}', 0), ('${company}', '${department}', 0)`,
    `INSERT INTO group_role (group_id, role, granted_at) VALUES ('${company}', '${ROLE}', 0)`,
  ].join(';\n')

const BY_SQL: readonly Way[] = [
  sqlWay(
    'rows of role_grant',
    ({ account }) => `INSERT INTO role_grant (account_id, role, granted_at) VALUES ('${account.id}', '${ROLE}', 0)`,
    ({ account }) => `DELETE FROM role_grant WHERE account_id = '${account.id}'`,
  ),
  sqlWay(
    'an update of role_grant',
    ({ account }) => `UPDATE role_grant SET role = '${ROLE}' WHERE account_id = '${account.id}'`,
    ({ account }) => `UPDATE role_grant SET role = 'TemplateCreator' WHERE account_id = '${account.id}'`,
    { prepare: ({ put, account }) => put(`${account.path}/roles/TemplateCreator`) },
  ),
  chainSqlWay(
    'rows of group_role',
    ({ groups }) => `INSERT INTO group_role (group_id, role, granted_at) VALUES ('${groups.company}', '${ROLE}', 0)`,
    () => 'DELETE FROM group_role',
  ),
  chainSqlWay(
    'rows of group_member',
    ({ groups, account }) =>
      `INSERT INTO group_member (group_id, account_id, added_at) VALUES ('${groups.team}', '${account.id}', 0)`,
    ({ account }) => `DELETE FROM group_member WHERE account_id = '${account.id}'`,
  ),
  sqlWay(
    'an update of group_member',
    ({ groups }) => `UPDATE group_member SET group_id = '${groups.team}' WHERE group_id = '${groups.department}'`,
    ({ groups }) => `UPDATE group_member SET group_id = '${groups.department}' WHERE group_id = '${groups.team}'`,
    {
      async prepare({ put, account, groups }) {
        await put(`${group(groups.department)}/members/${account.id}`)
        await put(`${group(groups.team)}/roles/${ROLE}`)
      },
    },
  ),
  chainSqlWay(
    'rows of group_nesting',
    ({ groups }) =>
      `INSERT INTO group_nesting (group_id, member_group_id, added_at) VALUES ('${groups.company}', '${groups.department}', 0)`,
    ({ groups }) => `DELETE FROM group_nesting WHERE member_group_id = '${groups.department}'`,
  ),
  ...(['team', 'department', 'company'] as const).map((name) =>
    chainSqlWay(
      `the row of the ${name} in account_group`,
      insertChain,
      ({ groups }) => `DELETE FROM account_group WHERE id = '${groups[name]}'`,
    ),
  ),
  chainSqlWay('all tables of groups emptied at once', insertChain, () => 'TRUNCATE account_group CASCADE', {
    engine: 'postgres',
  }),
  ...['ON', 'OFF'].map((enforced) =>
    placeTaken(
      `a name (foreign keys ${enforced}) that another group takes`,
      ({ groups: { company } }) => `PRAGMA foreign_keys = ${enforced};
        INSERT OR REPLACE INTO account_group (id, name, name_key, description, created_at)
          SELECT id || ' (new)', name, name_key, description, created_at FROM account_group WHERE id = '${company}'`,
    ),
  ),
  placeTaken(
    'a name that another group takes by an update',
    ({ groups: { company } }) => `INSERT INTO account_group (id, name, name_key, description, created_at)
        VALUES ('${company} (new)', 'new', 'new', '', 0);
      UPDATE OR REPLACE account_group SET name_key = (SELECT name_key FROM account_group WHERE id = '${company}')
        WHERE id = '${company} (new)'`,
  ),
  ...(['team', 'department', 'company'] as const).flatMap((name) => [
    chainSqlWay(
      `the id of the ${name} alone`,
      ({ groups }) => `UPDATE account_group SET id = '${groups[name]}' WHERE id = '${groups[name]} (moved)'`,
      ({ groups }) => `UPDATE account_group SET id = '${groups[name]} (moved)' WHERE id = '${groups[name]}'`,
      { engine: 'sqlite' },
    ),
    chainSqlWay(
      `the row of the ${name} alone put back`,
      ({ groups }) => `INSERT INTO account_group (id, name, name_key, description, created_at)
        VALUES ('${groups[name]}', '${groups[name]}', '${groups[name]}', '', 0)`,
      ({ groups }) => `DELETE FROM account_group WHERE id = '${groups[name]}'`,
      { engine: 'sqlite' },
    ),
  ]),
  ...['rowid', '_rowid_', 'oid'].map((number) =>
    sqlWay(
      `a ${number} of role_grant that another row takes`,
      ({ account }) => `INSERT INTO role_grant (account_id, role, granted_at) VALUES ('${account.id}', '${ROLE}', 0)`,
      ({ account }) => `INSERT INTO role_grant (account_id, role, granted_at) VALUES ('nobody', '${ROLE}', 0);
        UPDATE OR REPLACE role_grant
          SET ${number} = (SELECT rowid FROM role_grant WHERE account_id = '${account.id}') WHERE account_id = 'nobody';
        DELETE FROM role_grant WHERE account_id = 'nobody'`,
      { engine: 'sqlite' },
    ),
  ),
  chainSqlWay(
    'a rowid of group_member that another row takes',
    insertChain,
    ({ account }) => `INSERT OR REPLACE INTO group_member (rowid, group_id, account_id, added_at)
        SELECT rowid, group_id, 'nobody', 0 FROM group_member WHERE account_id = '${account.id}';
      DELETE FROM group_member WHERE account_id = 'nobody'`,
    { engine: 'sqlite' },
  ),
  placeTaken(
    'a rowid of account_group that another row takes',
    ({
      groups: { company },
    }) => `INSERT OR REPLACE INTO account_group (rowid, id, name, name_key, description, created_at)
        SELECT rowid, id || ' (new)', 'new', 'new', '', 0 FROM account_group WHERE id = '${company}'`,
  ),
  sqlWay(
    'the addresses of the policy',
    () => 'UPDATE policy SET pat_addresses = NULL, service_addresses = NULL',
    () => `UPDATE policy SET pat_addresses = '["192.0.2.0/24"]', service_addresses = '["192.0.2.0/24"]'`,
    {
      async prepare(scene) {
        await scene.put(`${scene.account.path}/roles/${ROLE}`)
        await onlyFromElsewhere(scene)
      },
      refusal: 'address_not_allowed',
    },
  ),
  sqlWay(
    'the state of an account',
    ({ account }) => `UPDATE account SET deactivated_at = NULL WHERE id = '${account.id}'`,
    ({ account }) => `UPDATE account SET deactivated_at = 1 WHERE id = '${account.id}'`,
    {
      async prepare({ put, patch, account }) {
        await put(`${account.path}/roles/${ROLE}`)
        await patch(account.path, { status: 'deactivated' })
      },
      refusal: 'account_deactivated',
    },
  ),
]

onBothEngines('A warm token, on every node', (engine) => {
  const nodes = useNodes(engine, 2)
  const verifier = useVerifier(nodes.first, { hasOwnServer: true })
  const accounts: Record<'member' | 'service account', { account: Scene['account']; token: TokenHolder }> = {} as never

  beforeAll(async () => {
    const person = await nodes.first.member()
    accounts.member = { account: { id: person.id, path: `/api/v1/members/${person.id}` }, token: await person.token() }
    accounts['service account'] = await newServiceAccount(nodes.first)
  })

  describe.each(['member', 'service account'] as const)('of a %s', (kind) => {
    const run = async (way: Way, isSettled: boolean) => {
      // A policy of addresses keeps the verifier itself out, too.
      const isElsewhere = isSettled && way.refusal !== 'address_not_allowed'
      const { account, token } = accounts[kind]
      const scene = await setScene(nodes.first, account)
      const refusal = way.refusal ?? 'insufficient_permissions'
      const expectEverywhere = async (outcome: string) => {
        expect(await outcomes(nodes, token)).toEqual([outcome, outcome])
        if (isElsewhere) expect(await outcomesElsewhere(verifier, token)).toEqual([outcome, outcome])
      }
      try {
        await way.prepare?.(scene)
        for (let round = 0; round < 2; round++) {
          await expectEverywhere(refusal)
          await way.give(scene)
          await expectEverywhere('allowed')
          await way.take(scene)
        }
        await expectEverywhere(refusal)
      } finally {
        await clear(scene)
      }
    }
    const applies = ({ engine: where = engine, only }: Way) => where === engine && (only === undefined || only === kind)

    test.each(BY_API.filter(applies))('follows, by the API: $name', (way) => run(way, true))
    // On SQLite nothing settles what is typed past RAMP: nodes look at the file, verifiers elsewhere hear of it soon.
    test.each(BY_SQL.filter(applies))('follows, by SQL of another program: $name', (way) =>
      run(way, engine === 'postgres'),
    )
  })

  test('of a service account stops when that is deleted', async () => {
    const { account, token } = await newServiceAccount(nodes.first)
    expect((await nodes.first.administrator.put(`${account.path}/roles/${ROLE}`)).status).toBe(204)
    expect(await outcomes(nodes, token)).toEqual(['allowed', 'allowed'])
    expect((await nodes.first.administrator.delete(account.path)).status).toBe(204)
    expect(await outcomes(nodes, token)).toEqual(['token_revoked', 'token_revoked'])
  })
})

onBothEngines('A catalogue that was edited', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'ramp-roles-'))
  const rolesFile = join(folder, 'roles.json')
  const write = (...roles: object[]) => writeFileSync(rolesFile, JSON.stringify({ roles: [...productRoles, ...roles] }))
  write(courier('parcels:take'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const server = useServer(engine, { config: { rolesFile } })

  test('counts from the restart on, for a role given directly as for one through groups', async () => {
    const holders = [await newServiceAccount(server), await newServiceAccount(server)] as const
    const [direct, inherited] = holders
    const scene = await setScene(server, inherited.account)
    await scene.put(`${direct.account.path}/roles/Courier`)
    await wholeChain(scene, 'Courier')

    /** What both hold at a server that starts now, at a first call and at one of a warm token. */
    const held = async () => {
      const restarted = await startServer(engine, { on: server.testDatabase, config: { rolesFile } })
      try {
        const seen: string[] = []
        for (const token of holders.map((holder) => new TokenHolder(restarted.origin, holder.token))) {
          const [first, warm] = [await token.get('/api/v1/me'), await token.get('/api/v1/me')]
          expect(warm.body).toEqual(first.body)
          // The grant is shown, whatever it gives.
          expect(warm.body.account.roles).toEqual(['Courier'])
          seen.push(warm.body.account.permissions.filter((name: string) => !name.startsWith('own-')).join(' '))
        }
        return seen
      } finally {
        await restarted.close()
      }
    }

    expect(await held()).toEqual(['parcels:take', 'parcels:take'])
    write(courier('letters:take', 'parcels:take'))
    expect(await held()).toEqual(['letters:take parcels:take', 'letters:take parcels:take'])
    write(courier('letters:take'))
    expect(await held()).toEqual(['letters:take', 'letters:take'])
    write()
    expect(await held()).toEqual(['', ''])
    write(courier('parcels:take'))
    expect(await held()).toEqual(['parcels:take', 'parcels:take'])
  })
})

const { roles: productRoles } = loadRoleCatalogue()

function courier(...permissions: string[]) {
  return { name: 'Courier', description: 'Carries what it may.', permissions }
}

/**
 * What each node answers the token. Asked twice: the second time from memory on SQLite, so that the change to come is
 * one of a token that is warm everywhere.
 */
async function outcomes(nodes: Nodes, token: TokenHolder): Promise<string[]> {
  const ask = () =>
    Promise.all(nodes.everywhere(token).map(async (call) => outcomeOf(await call.get('/api/v1/members'))))
  const misses = () => nodes.all().map((node) => node.services.verifier.statistics.cacheMisses)
  const seen = await ask()
  const missed = misses()
  expect(await ask()).toEqual(seen)
  if (nodes.first.engine === 'sqlite') expect(misses()).toEqual(missed)
  return seen
}

/** What a verifier in another service says, at a first call and at one that it answers from memory. */
async function outcomesElsewhere(verifier: Verifier, { secret }: TokenHolder): Promise<string[]> {
  const ask = async () => {
    const { outcome } = await verifier.verify(`Bearer ${secret}`, { permission: 'members:read', address: '127.0.0.1' })
    return outcome === 'active' ? 'allowed' : outcome
  }
  return [await ask(), await ask()]
}

function outcomeOf({ status, body }: Answer): string {
  return status === 200 ? 'allowed' : body.code
}

async function setScene(server: TestServer, account: Scene['account']): Promise<Scene> {
  const { administrator } = server
  const expectDone = async (answer: Promise<Answer>) => {
    const { status, body } = await answer
    expect(status, JSON.stringify(body)).toBeOneOf([200, 204])
  }
  const groups = { team: await newGroup(server), department: await newGroup(server), company: await newGroup(server) }
  return {
    server,
    account,
    groups,
    put: (path) => expectDone(administrator.put(path)),
    remove: (path) => expectDone(administrator.delete(path)),
    patch: (path, body) => expectDone(administrator.patch(path, body)),
    post: (path, body) => expectDone(administrator.post(path, body)),
    sql: (statements) => runElsewhere(server, statements),
  }
}

/** What a test leaves behind must not help the next one to pass. */
async function clear({ server, account }: Scene): Promise<void> {
  await setPolicy(server.administrator)
  await server.sql('DELETE FROM account_group')
  await server.sql(`DELETE FROM role_grant WHERE account_id = '${account.id}'`)
  await server.sql(`UPDATE account SET deactivated_at = NULL WHERE id = '${account.id}'`)
}

async function newGroup({ administrator }: TestServer): Promise<string> {
  return (await administrator.post('/api/v1/groups', { name: newName('group') })).body.id
}

async function newServiceAccount({ administrator, origin }: TestServer) {
  const { body: made } = await administrator.post('/api/v1/service-accounts', { name: newName('robot') })
  const path = `/api/v1/service-accounts/${made.id}`
  const { body } = await administrator.post(`${path}/tokens`, { name: 'token' })
  return { account: { id: made.id as string, path }, token: new TokenHolder(origin, { ...body.token, ...body }) }
}

const run = promisify(execFile)

/**
 * On SQLite a process of its own, which, as the `sqlite3` program, does not enforce foreign keys; on PostgreSQL, where
 * every connection is served by another process anyhow, another connection by the bare driver.
 */
async function runElsewhere({ engine, testDatabase }: TestServer, statements: string): Promise<void> {
  if (engine === 'sqlite') {
    await run(process.execPath, ['-e', SQLITE_PROGRAM, testDatabase.url.slice('sqlite:'.length), statements])
    return
  }
  const client = new pg.Client({ connectionString: testDatabase.url })
  await client.connect()
  try {
    await client.query(statements)
    await client.query('CALL ramp_settle()')
  } finally {
    await client.end()
  }
}

const SQLITE_PROGRAM = `
  const { DatabaseSync } = require('node:sqlite')
  const [file, statements] = process.argv.slice(1)
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false, timeout: 5000 })
  database.exec(statements)
  database.close()`
