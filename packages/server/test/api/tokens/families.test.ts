/** What a token has made for its own account ends with it, whichever way it is revoked; what a session made goes on. */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../src/core/clock.ts'
import { enforcePolicy } from '../../../src/policy/enforce-policy.ts'
import { type Actor, type Member, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { client, type Machine, machineWith, tokenOf } from '../../support/machines.ts'
import { useNodes } from '../../support/nodes.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { sendForm } from '../../support/oauth-client.ts'
import { setPolicy } from '../../support/policy.ts'
import { type TestServer, useServer } from '../../support/test-app.ts'
import { useVerifier } from '../../support/verifiers.ts'

const HOUR_SECONDS = HOUR_MS / 1000

/** Rotates a token of one's own, as that token itself or as whoever is given. */
async function rotate(
  server: TestServer,
  token: TokenHolder,
  { by = token, overlapSeconds = HOUR_SECONDS }: { by?: Actor; overlapSeconds?: number } = {},
): Promise<TokenHolder> {
  const { status, body } = await by.post(`/api/v1/tokens/${token.id}/rotate`, { overlapSeconds })
  if (status !== 201) throw new Error(`Not rotated: ${status} ${JSON.stringify(body)}`)
  return new TokenHolder(server.origin, { id: body.token.id, secret: body.secret })
}

const statusOf = async (token: TokenHolder) => (await token.get('/api/v1/me')).status
const codeOf = async (token: TokenHolder) => (await token.get('/api/v1/me')).body.code

onBothEngines('Tokens that replace each other', (engine) => {
  const server = useServer(engine)

  test('name each other, wherever they are shown', async () => {
    const owner = await server.member()
    const first = await owner.token()
    const second = await rotate(server, first, { by: owner })
    const read = async (path: string, by: Actor = owner) => (await by.get(path)).body
    expect(await read(`/api/v1/tokens/${first.id}`)).toMatchObject({ replaces: null, replacedBy: second.id })
    expect(await read(`/api/v1/tokens/${second.id}`)).toMatchObject({ replaces: first.id, replacedBy: null })
    const { items } = await read('/api/v1/tokens')
    expect(items).toMatchObject([{ replaces: first.id }, { replacedBy: second.id }])
    const { administrator } = server
    expect(await read(`/api/v1/admin/tokens/${first.id}`, administrator)).toMatchObject({ replacedBy: second.id })
    const inventory = await read(`/api/v1/admin/tokens?accountId=${owner.id}`, administrator)
    expect(inventory.items).toMatchObject([{ replaces: first.id }, { replacedBy: second.id }])
    const created = await owner.post('/api/v1/tokens', { name: 'alone' })
    expect(created.body.token).toMatchObject({ replaces: null, replacedBy: null })
    const rotated = await owner.post(`/api/v1/tokens/${created.body.token.id}/rotate`, {})
    expect(rotated.body.token).toMatchObject({ replaces: created.body.token.id, replacedBy: null })
  })

  test('name each other when they are service tokens', async () => {
    const machine = await machineWith(server)
    const path = `/api/v1/service-accounts/${machine.id}/tokens`
    const { body } = await server.administrator.post(`${path}/${machine.token.id}/rotate`, {})
    expect(body.token).toMatchObject({ replaces: machine.token.id, replacedBy: null })
    const former = await server.administrator.get(`${path}/${machine.token.id}`)
    expect(former.body).toMatchObject({ replacedBy: body.token.id })
  })

  test('are one after the other: a token is rotated once, by whoever it is', async () => {
    const owner = await server.member()
    const token = await owner.token()
    const successor = await rotate(server, token)
    for (const by of [token, owner]) {
      const refused = await nothingHappens(server, () => by.post(`/api/v1/tokens/${token.id}/rotate`, {}))
      expect(refused).toMatchObject({ status: 409, body: { code: 'token_already_rotated' } })
    }
    await owner.delete(`/api/v1/tokens/${successor.id}`)
    expect((await owner.post(`/api/v1/tokens/${token.id}/rotate`, {})).body.code).toBe('token_already_rotated')
  })

  test('are one after the other when many rotate the same token at once', async () => {
    const owner = await server.member()
    const token = await owner.token()
    const path = `/api/v1/tokens/${token.id}/rotate`
    const answers = await Promise.all(Array.from({ length: 8 }, () => token.post(path, {})))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set([undefined, 'token_already_rotated']))
  })

  test('let what was made go on when the one before runs out or is replaced at once', async () => {
    const owner = await server.member()
    const [overlapping, atOnce] = [await owner.token(), await owner.token()]
    const [one, other] = [await rotate(server, overlapping), await rotate(server, atOnce, { overlapSeconds: 0 })]
    server.clock.advance(2 * HOUR_MS)
    expect(await codeOf(overlapping)).toBe('token_expired')
    expect(await codeOf(atOnce)).toBe('token_revoked')
    expect([await statusOf(one), await statusOf(other)]).toEqual([200, 200])
    expect((await owner.get(`/api/v1/tokens/${atOnce.id}`)).body.endReason).toBe('rotated')
  })
})

interface Way {
  readonly name: string
  readonly engine?: 'sqlite' | 'postgres'
  readonly revoke: (scene: { server: TestServer; owner: Member; token: TokenHolder }) => Promise<unknown>
}

const bySql = (name: string, statement: (id: string) => string, more: Partial<Way> = {}): Way => ({
  name,
  revoke: ({ server, token }) => server.sql(statement(token.id)),
  ...more,
})

const forget = async (server: TestServer, id: string) => {
  await server.services.usage.flush()
  for (const table of ['usage', 'day', 'client', 'unused']) {
    await server.sql(`DELETE FROM token_${table} WHERE token_id = '${id}'`)
  }
}

const WAYS: readonly Way[] = [
  { name: 'its owner', revoke: ({ owner, token }) => owner.delete(`/api/v1/tokens/${token.id}`) },
  { name: 'itself', revoke: ({ token }) => token.delete('/api/v1/tokens/current') },
  {
    name: 'itself at OAuth’s revocation endpoint',
    revoke: ({ token }) => sendForm(token, '/oauth2/revoke', { token: token.secret }),
  },
  {
    name: 'an administrator, by its id',
    revoke: ({ server, token }) => server.administrator.post('/api/v1/admin/tokens/revoke', { ids: [token.id] }),
  },
  {
    name: 'an administrator, by a filter',
    revoke: ({ server, token }) =>
      server.administrator.post('/api/v1/admin/tokens/revoke', { filter: { q: token.id }, expectedCount: 1 }),
  },
  {
    name: 'the policy',
    async revoke({ server, token }) {
      const { now } = { now: server.clock() }
      await server.services.usage.flush()
      await server.sql(`UPDATE token SET created_at = ${now - 40 * DAY_MS} WHERE id = '${token.id}'`)
      await server.sql(`DELETE FROM token_usage WHERE token_id = '${token.id}'`)
      await setPolicy(server.administrator, { pat: { endUnusedAfterDays: 30 } })
      await enforcePolicy(server.services, { actor: 'system', now })
      await setPolicy(server.administrator)
    },
  },
  bySql('an update typed in', (id) => `UPDATE token SET revoked_at = 7, name_released_at = 7 WHERE id = '${id}'`),
  {
    name: 'a deletion of its row',
    async revoke({ server, token }) {
      await forget(server, token.id)
      await server.sql(`DELETE FROM token WHERE id = '${token.id}'`)
    },
  },
]

onBothEngines('A token that rotated itself', (engine) => {
  const server = useServer(engine)
  const verifier = useVerifier(server)

  test.each(WAYS)('takes what it has made with it when it is revoked by $name', async ({ revoke }) => {
    const owner = await server.member()
    const token = await owner.token()
    const second = await rotate(server, token)
    const third = await rotate(server, second, { overlapSeconds: 0 })
    const fourth = await rotate(server, third)
    const apart = await owner.token()
    for (const each of [fourth, apart]) await verifier.warm(each)
    await revoke({ server, owner, token })
    expect([await codeOf(second), await codeOf(third), await codeOf(fourth)]).toEqual(Array(3).fill('token_revoked'))
    expect((await verifier.outcomeOf(fourth)).outcome).toBe('revoked')
    expect((await verifier.outcomeOf(apart)).outcome).toBe('active')
    const { body } = await owner.get(`/api/v1/tokens/${fourth.id}`)
    expect(body).toMatchObject({ status: 'revoked', endReason: 'predecessor_revoked' })
    expect((await owner.get(`/api/v1/tokens/${second.id}`)).body.endReason).toBe('rotated')
  })

  test('takes it along when it has run out, or has been replaced at once, before its owner revokes it', async () => {
    const owner = await server.member()
    const [first, second] = [await owner.token(), await owner.token()]
    const [one, other] = [await rotate(server, first), await rotate(server, second, { overlapSeconds: 0 })]
    server.clock.advance(2 * HOUR_MS)
    for (const [former, successor] of [
      [first, one],
      [second, other],
    ] as const) {
      const { status, headers } = await owner.delete(`/api/v1/tokens/${former.id}`)
      expect({ status, successors: headers['x-ramp-revoked-successors'] }).toEqual({
        status: 204,
        successors: successor.id,
      })
      expect(await codeOf(successor)).toBe('token_revoked')
    }
  })

  test('takes only what came of it: an earlier one goes on, and so does what a session made', async () => {
    const owner = await server.member()
    const first = await owner.token()
    const second = await rotate(server, first)
    const third = await rotate(server, second, { by: owner })
    const fourth = await rotate(server, third)
    const { headers } = await owner.delete(`/api/v1/tokens/${second.id}`)
    expect(headers['x-ramp-revoked-successors']).toBeUndefined()
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 401])
    expect([await statusOf(third), await statusOf(fourth)]).toEqual([200, 200])
    await owner.delete(`/api/v1/tokens/${third.id}`)
    expect([await statusOf(third), await statusOf(fourth)]).toEqual([401, 401])
  })

  test('says what has ended with it: in the answer, in the record, on the token, and why it is refused', async () => {
    const owner = await server.member()
    const token = await owner.token()
    const second = await rotate(server, token)
    const third = await rotate(server, second)
    const { headers } = await owner.delete(`/api/v1/tokens/${token.id}`)
    const ended = String(headers['x-ramp-revoked-successors']).split(',')
    expect(ended.sort()).toEqual([second.id, third.id].sort())
    const events = await server.administrator.get('/api/v1/audit-events?action=token.revoked&limit=3')
    const byTarget = new Map(events.body.items.map((each: { target: { id: string } }) => [each.target.id, each]))
    expect(byTarget.get(token.id)).toMatchObject({ detail: { successors: expect.arrayContaining(ended) } })
    for (const { id } of [second, third]) {
      const detail = { reason: 'predecessor_revoked', predecessor: token.id, ownerId: owner.id }
      expect(byTarget.get(id)).toMatchObject({ detail, actor: { username: owner.username } })
    }
    const { body } = await owner.get(`/api/v1/tokens/${second.id}`)
    expect(body).toMatchObject({ revokedBy: owner.username, endReason: 'predecessor_revoked' })
    const explained = await owner.post(`/api/v1/tokens/${second.id}/explain`, {})
    expect(JSON.stringify(explained.body.rules)).toContain('It was revoked with the token that made it.')
    const again = await owner.delete(`/api/v1/tokens/${token.id}`)
    expect(again.headers['x-ramp-revoked-successors']).toBeUndefined()
  })

  test('counts in a revocation of many, by ids and by a filter of more than a statement takes', async () => {
    const owner = await server.member()
    const tokens = [await owner.token({ name: 'robot a' }), await owner.token({ name: 'robot b' })]
    const successors = [await rotate(server, tokens[0] as TokenHolder), await rotate(server, tokens[1] as TokenHolder)]
    const ids = tokens.map(({ id }) => id)
    const { body } = await server.administrator.post('/api/v1/admin/tokens/revoke', { ids })
    expect(body).toEqual({ revoked: 2, successors: 2 })
    expect(await Promise.all(successors.map(statusOf))).toEqual([401, 401])

    // Without an own event for each: they are there only to be many, so that SQLite's thread does it.
    const last = await rotate(
      server,
      await rotate(server, await owner.token({ name: 'robot c' }), { overlapSeconds: 0 }),
    )
    await addTokens(server, owner, 600)
    const filter = { accountId: owner.id, createdBefore: new Date(server.clock() - DAY_MS).toISOString() }
    await server.sql(`UPDATE token SET created_at = 1 WHERE account_id = '${owner.id}' AND id <> '${last.id}'`)
    const { body: counted } = await server.administrator.get(
      `/api/v1/admin/tokens/count?accountId=${owner.id}&createdBefore=${filter.createdBefore}`,
    )
    const { body: done } = await server.administrator.post('/api/v1/admin/tokens/revoke', {
      filter,
      expectedCount: counted.count,
    })
    expect(done).toEqual({ revoked: counted.count, successors: 1 })
    expect(counted.count).toBeGreaterThan(500)
    expect(await codeOf(last)).toBe('token_revoked')
  })

  test('has nothing left active when it is revoked while it rotates, time after time', async () => {
    const owner = await server.member()
    for (let time = 0; time < 20; time++) {
      const token = await owner.token()
      const second = time % 2 === 0 ? token : await rotate(server, token)
      const path = `/api/v1/tokens/${second.id}/rotate`
      const [rotated, revoked] = await Promise.all([
        second.post(path, { overlapSeconds: time % 4 < 2 ? 0 : HOUR_SECONDS }),
        owner.delete(`/api/v1/tokens/${token.id}`),
      ])
      expect(revoked.status).toBe(204)
      if (rotated.status !== 201) continue
      const successor = new TokenHolder(server.origin, { id: rotated.body.token.id, secret: rotated.body.secret })
      expect(await codeOf(successor), `round ${time}`).toBe('token_revoked')
    }
  })
})

/** Many tokens of an account, by SQL: a HTTP request each would take minutes. */
async function addTokens(server: TestServer, owner: Member, count: number): Promise<void> {
  const digest = server.engine === 'sqlite' ? 'zeroblob(32)' : `decode(repeat('00', 32), 'hex')`
  const id = server.engine === 'sqlite' ? `printf('many%08d', i)` : `'many' || lpad(i::text, 8, '0')`
  await server.sql(`INSERT INTO token (id, account_id, kind, name, name_key, digest, created_at)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    SELECT ${id}, '${owner.id}', 'pat', 'many ' || i, 'many ' || i, ${digest}, 1 FROM n`)
}

onBothEngines('A service token', (engine) => {
  const server = useServer(engine)
  const path = ({ id }: Machine) => `/api/v1/service-accounts/${id}/tokens`
  const holder = ({ body }: { body: { token: { id: string }; secret: string } }) =>
    new TokenHolder(server.origin, { id: body.token.id, secret: body.secret })

  test('takes along what it made for its own account, by rotation or as a further token', async () => {
    const machine = await machineWith(server, 'Administrator')
    const { token } = machine
    const further = holder(await token.post(path(machine), { name: 'further' }))
    const successor = holder(await token.post(`${path(machine)}/${token.id}/rotate`, { overlapSeconds: 0 }))
    expect([await statusOf(further), await statusOf(successor)]).toEqual([200, 200])
    const { body } = await sendForm(client(server.origin, machine.id, successor.secret), '/oauth2/token', {
      grant_type: 'client_credentials',
    })
    const access = new TokenHolder(server.origin, { id: 'x', secret: body.access_token })
    expect(await statusOf(access)).toBe(200)
    const { headers } = await server.administrator.delete(`${path(machine)}/${token.id}`)
    expect(headers['x-ramp-revoked-successors']?.toString().split(',').sort()).toEqual(
      [further.id, successor.id].sort(),
    )
    expect([await codeOf(further), await codeOf(successor), await codeOf(access)]).toEqual(
      Array(3).fill('token_revoked'),
    )
  })

  test('that an administrator rotated leaves its successor, and so does one that another account rotated', async () => {
    const machine = await machineWith(server)
    const boss = await machineWith(server, 'Administrator')
    const bySession = holder(await server.administrator.post(`${path(machine)}/${machine.token.id}/rotate`, {}))
    const byOther = holder(await boss.token.post(`${path(machine)}/${bySession.id}/rotate`, {}))
    for (const { id } of [machine.token, bySession]) await server.administrator.delete(`${path(machine)}/${id}`)
    await server.administrator.delete(`${path(boss)}/${boss.token.id}`)
    expect(await statusOf(byOther)).toBe(200)
  })

  test('that got a further one is not ended by what ends the further one', async () => {
    const machine = await machineWith(server, 'Administrator')
    const further = holder(await machine.token.post(path(machine), { name: 'further' }))
    await server.administrator.delete(`${path(machine)}/${further.id}`)
    expect(await statusOf(machine.token)).toBe(200)
    expect(await statusOf(await tokenOf(server, machine.id))).toBe(200)
  })
})

describe('A token replaced at SQLite’s prompt', () => {
  const server = useServer('sqlite')

  test.each([
    ['revoked', `7`, 'token_revoked'],
    ['as it was', 'NULL', undefined],
  ])('%s ends what it made, or not', async (_name, revokedAt, code) => {
    const owner = await server.member()
    const token = await owner.token()
    const successor = await rotate(server, token)
    await forget(server, token.id)
    const prompt = new DatabaseSync(server.testDatabase.url.slice('sqlite:'.length))
    prompt.exec(`PRAGMA foreign_keys = OFF;
      INSERT OR REPLACE INTO token (id, account_id, kind, name, name_key, name_released_at, digest, created_at, revoked_at)
      SELECT id, account_id, kind, name, name_key, 7, digest, created_at, ${revokedAt} FROM token WHERE id = '${token.id}'`)
    prompt.close()
    expect(await codeOf(successor)).toBe(code)
  })

  test('ends what it made when another row takes its name or its id', async () => {
    const machine = await machineWith(server, 'Administrator')
    const path = `/api/v1/service-accounts/${machine.id}/tokens`
    for (const recursive of ['OFF', 'ON']) {
      const maker = await tokenOf(server, machine.id)
      const { body } = await maker.post(path, { name: `further ${recursive}` })
      const further = new TokenHolder(server.origin, { id: body.token.id, secret: body.secret })
      await forget(server, maker.id)
      const prompt = new DatabaseSync(server.testDatabase.url.slice('sqlite:'.length))
      prompt.exec(`PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = ${recursive};
        INSERT OR REPLACE INTO token (id, account_id, kind, name, name_key, digest, created_at)
        SELECT 'another${recursive.padStart(5, '0')}', account_id, kind, name, name_key, digest, created_at
        FROM token WHERE id = '${maker.id}'`)
      prompt.close()
      expect(await codeOf(further), recursive).toBe('token_revoked')
    }
  })
})

describe('A token that rotated itself, on several nodes', () => {
  const nodes = useNodes('postgres')

  test('takes what it made with it on all of them', async () => {
    const owner = await nodes.first.member()
    const token = await owner.token()
    const successor = await rotate(nodes.first, token)
    const everywhere = nodes.everywhere(successor)
    expect(await Promise.all(everywhere.map(statusOf))).toEqual([200, 200, 200])
    await owner.delete(`/api/v1/tokens/${token.id}`)
    expect(await Promise.all(everywhere.map(codeOf))).toEqual(Array(3).fill('token_revoked'))
  })
})
