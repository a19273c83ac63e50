/**
 * Live inheritance on random graphs of groups, nestings, members and grants: after each random change over the API,
 * warm tokens have exactly the roles and permissions that a small model says, and a nesting is refused exactly where the
 * model sees a circle. A failure prints its seed; `RAMP_TEST_SEED` repeats it.
 */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { loadRoleCatalogue, OWN_PERMISSIONS } from '../../../src/roles/role-catalogue.ts'
import { newName, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { InheritanceModel } from '../../support/inheritance-model.ts'
import { newSeed } from '../../support/seeded-random.ts'
import { useServer } from '../../support/test-app.ts'

/** Histories an engine; more with PROPERTY_RUNS. None begins after the time is up, so that a slow machine only does fewer. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 25)
const TIME_LIMIT_MS = process.env['PROPERTY_RUNS'] === undefined ? 8000 : 600_000

const ROLES = ['GlobalTemplateViewer', 'GlobalInstanceObserver', 'TemplateCreator', 'Auditor', 'SuperUser']
const PEOPLE = 2
const MACHINES = 2

/** Numbers stand for accounts, groups and roles: the n-th of those that there are at the time. */
const number = fc.nat({ max: 11 })
const change = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('makeGroup' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteGroup' as const), group: number }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('give', 'take'), account: number, role: number }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('giveToGroup', 'takeFromGroup'), group: number, role: number }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('join', 'leave'), group: number, account: number }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constantFrom('nest', 'nest', 'unnest'), group: number, inner: number }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('deactivate', 'reactivate'), account: number }) },
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

/** What there is at first: pairs of numbers, as above. A nesting points from the smaller group to the larger one. */
const pairs = (maxLength: number) => fc.array(fc.tuple(number, number), { maxLength })
const graph = fc.record({
  groups: fc.integer({ min: 1, max: 9 }),
  nestings: pairs(20),
  memberships: pairs(6),
  groupRoles: pairs(6),
  grants: pairs(2),
})
type Graph = typeof graph extends fc.Arbitrary<infer T> ? T : never

interface Account {
  readonly id: string
  readonly path: string
  readonly token: TokenHolder
}

const nth = <T>(list: readonly T[], index: number): T => list[index % list.length] as T

const { roles: catalogue } = loadRoleCatalogue()
const permissionsOf = (roles: readonly string[]) =>
  [
    ...new Set([
      ...OWN_PERMISSIONS,
      ...catalogue.filter(({ name }) => roles.includes(name)).flatMap(({ permissions }) => permissions),
    ]),
  ].sort()

onBothEngines('Inheritance, whatever was changed', (engine) => {
  const server = useServer(engine)
  const accounts: Account[] = []

  beforeAll(async () => {
    while (accounts.length < PEOPLE) {
      const person = await server.member()
      accounts.push({ id: person.id, path: `/api/v1/members/${person.id}`, token: await person.token() })
    }
    while (accounts.length < PEOPLE + MACHINES) accounts.push(await newMachine())
  })

  async function newMachine(): Promise<Account> {
    const { body: made } = await server.administrator.post('/api/v1/service-accounts', { name: newName('machine') })
    const path = `/api/v1/service-accounts/${made.id}`
    const { body } = await server.administrator.post(`${path}/tokens`, { name: 'token' })
    return { id: made.id, path, token: new TokenHolder(server.origin, { id: body.token.id, secret: body.secret }) }
  }

  test('is what the model says, at the next call of each warm token', async () => {
    const seed = newSeed()
    const endsAt = performance.now() + TIME_LIMIT_MS
    let histories = 0

    await fc.assert(
      fc.asyncProperty(graph, fc.array(change, { minLength: 10, maxLength: 30 }), async (first, changes) => {
        if (performance.now() > endsAt) return
        histories++
        const model = await draw(first)
        await verifyAll(model)
        for (const one of changes) {
          await apply(one, model)
          await verifyAll(model)
        }
      }),
      { seed, numRuns: RUNS },
    )
    expect(histories, 'so slow a machine proves nothing').toBeGreaterThan(1)
  })

  /** Puts the graph in the place of what the last history left, by SQL, and returns the model of it. */
  async function draw({ groups: count, nestings, memberships, groupRoles, grants }: Graph): Promise<InheritanceModel> {
    const model = new InheritanceModel()
    const statements = [
      'DELETE FROM account_group',
      `DELETE FROM role_grant WHERE account_id <> '${server.administrator.id}'`,
      'UPDATE account SET deactivated_at = NULL',
    ]
    const insert = (table: string, columns: string, ...values: string[]) =>
      statements.push(`INSERT INTO ${table} (${columns}) VALUES ('${values.join("', '")}', 0) ON CONFLICT DO NOTHING`)
    const groups = Array.from({ length: count }, () => randomUUID())
    for (const id of groups) {
      model.makeGroup(id)
      insert('account_group', 'id, name, name_key, description, created_at', id, id, id, '')
    }
    for (const [one, other] of nestings.map(([a, b]) => [a % count, b % count] as const)) {
      if (one === other) continue
      const [inner, outer] = [nth(groups, Math.min(one, other)), nth(groups, Math.max(one, other))]
      model.nest(outer, inner)
      insert('group_nesting', 'group_id, member_group_id, added_at', outer, inner)
    }
    for (const [group, account] of memberships) {
      model.join(nth(groups, group), nth(accounts, account).id)
      insert('group_member', 'group_id, account_id, added_at', nth(groups, group), nth(accounts, account).id)
    }
    for (const [group, role] of groupRoles) {
      model.giveToGroup(nth(groups, group), nth(ROLES, role))
      insert('group_role', 'group_id, role, granted_at', nth(groups, group), nth(ROLES, role))
    }
    for (const [account, role] of grants) {
      model.give(nth(accounts, account).id, nth(ROLES, role))
      insert('role_grant', 'account_id, role, granted_at', nth(accounts, account).id, nth(ROLES, role))
    }
    for (const statement of statements) await server.sql(statement)
    return model
  }

  async function verifyAll(model: InheritanceModel): Promise<void> {
    const answers = await Promise.all(accounts.map(({ token }) => token.get('/api/v1/me')))
    const seen = answers.map(({ status, body }) =>
      status === 200 ? { roles: body.account.roles, permissions: body.account.permissions } : body.code,
    )
    expect(seen).toEqual(
      accounts.map(({ id }) => {
        const roles = model.rolesOf(id)
        return model.isDeactivated(id) ? 'account_deactivated' : { roles, permissions: permissionsOf(roles) }
      }),
    )
  }

  /** Does it by the API and in the model. What concerns a group is left out while there is none. */
  async function apply(one: Change, model: InheritanceModel): Promise<void> {
    const { administrator } = server
    const account = nth(accounts, 'account' in one ? one.account : 0)
    const role = nth(ROLES, 'role' in one ? one.role : 0)
    const expectStatus = async (status: number, answer: ReturnType<typeof administrator.put>) => {
      const { status: answered, body } = await answer
      expect([answered, body?.code]).toEqual([status, status === 409 ? 'group_cycle' : undefined])
    }

    switch (one.kind) {
      case 'makeGroup': {
        const { body } = await administrator.post('/api/v1/groups', { name: newName('group') })
        return model.makeGroup(body.id)
      }
      case 'give':
        await expectStatus(204, administrator.put(`${account.path}/roles/${role}`))
        return model.give(account.id, role)
      case 'take':
        await expectStatus(204, administrator.delete(`${account.path}/roles/${role}`))
        return model.take(account.id, role)
      case 'deactivate':
        await expectStatus(200, administrator.patch(account.path, { status: 'deactivated' }))
        return model.deactivate(account.id)
      case 'reactivate':
        await expectStatus(200, administrator.patch(account.path, { status: 'active' }))
        return model.reactivate(account.id)
    }

    if (model.groups.length === 0) return
    const group = nth(model.groups, one.group)
    const path = `/api/v1/groups/${group}`
    switch (one.kind) {
      case 'deleteGroup':
        await expectStatus(204, administrator.delete(path))
        return model.deleteGroup(group)
      case 'giveToGroup':
        await expectStatus(204, administrator.put(`${path}/roles/${role}`))
        return model.giveToGroup(group, role)
      case 'takeFromGroup':
        await expectStatus(204, administrator.delete(`${path}/roles/${role}`))
        return model.takeFromGroup(group, role)
      case 'join':
        await expectStatus(204, administrator.put(`${path}/members/${account.id}`))
        return model.join(group, account.id)
      case 'leave':
        await expectStatus(204, administrator.delete(`${path}/members/${account.id}`))
        return model.leave(group, account.id)
      case 'nest': {
        const inner = nth(model.groups, one.inner)
        const isCircle = model.wouldMakeCircle(group, inner)
        await expectStatus(isCircle ? 409 : 204, administrator.put(`${path}/groups/${inner}`))
        if (!isCircle) model.nest(group, inner)
        return
      }
      case 'unnest': {
        const inner = nth(model.groups, one.inner)
        await expectStatus(204, administrator.delete(`${path}/groups/${inner}`))
        return model.unnest(group, inner)
      }
    }
  }
})
