import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { enforcePolicy } from '../../../src/policy/enforce-policy.ts'
import { latestEnd } from '../../../src/policy/policy.ts'
import { type Member, newName, type TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { policyWith, setPolicy } from '../../support/policy.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('A token in use, when the policy changes', (engine) => {
  const server = useServer(engine, { config: { trustProxy: ['127.0.0.1'] } })

  /** A token that was made so many days ago and was accepted just now. */
  async function warm(owner: Member, age = 0, input: Parameters<Member['token']>[0] = {}): Promise<TokenHolder> {
    const token = await owner.token(input)
    await server.sql(`UPDATE token SET created_at = ${server.clock() - age * DAY_MS} WHERE id = '${token.id}'`)
    expect((await token.get('/api/v1/me')).status).toBe(200)
    return token
  }
  /** … and last used as long ago, so that nothing is noted of it. */
  async function unused(owner: Member, age: number): Promise<TokenHolder> {
    const token = await warm(owner, age)
    await server.services.usage.flush()
    await server.sql(
      `UPDATE token_usage SET last_used_at = ${server.clock() - age * DAY_MS} WHERE token_id = '${token.id}'`,
    )
    return token
  }
  const shown = async (owner: Member, { id }: TokenHolder) => (await owner.get(`/api/v1/tokens/${id}`)).body
  const endings = async ({ id }: TokenHolder) =>
    (
      await server.sql<{ detail: string }>(
        `SELECT detail FROM audit_event WHERE action = 'token.ended' AND target_id = '${id}'`,
      )
    ).map(({ detail }) => JSON.parse(detail))
  const sweep = () => enforcePolicy(server.services, { actor: 'system', now: server.clock() })

  test('ends at the next call if it is older than the maximum, earlier if it would live longer, and says why', async () => {
    const owner = await server.member()
    const old = await warm(owner, 40)
    const young = await warm(owner, 10)
    const inLine = await warm(owner, 10, { expiresAt: new Date(server.clock() + 5 * DAY_MS).toISOString() })
    const { body } = await setPolicy(server.administrator, { pat: { maximumLifetimeDays: 30 } })
    expect(body.tokensEnded).toBe(2)

    expect(await old.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_expired' } })
    expect((await young.get('/api/v1/me')).status).toBe(200)
    expect(await shown(owner, old)).toMatchObject({ status: 'expired', endReason: 'policy_maximum_lifetime' })
    const { createdAt, ...moved } = await shown(owner, young)
    expect(moved).toMatchObject({ status: 'active', endReason: 'policy_maximum_lifetime' })
    expect(Date.parse(moved.expiresAt)).toBe(latestEnd(Date.parse(createdAt), 30))
    expect((await shown(owner, inLine)).endReason).toBe(null)
    expect(await endings(old)).toMatchObject([{ reason: 'policy_maximum_lifetime', ownerId: owner.id }])
    const explained = await owner.post(`/api/v1/tokens/${old.id}/explain`, {})
    expect(explained.body.rules.find(({ rule }: { rule: string }) => rule === 'not_expired')).toMatchObject({
      passed: false,
      detail: expect.stringContaining('policy'),
    })

    await setPolicy(server.administrator)
    expect((await old.get('/api/v1/me')).status, 'relaxing brings nothing back').toBe(401)
    expect(await shown(owner, young)).toMatchObject({ endReason: 'policy_maximum_lifetime' })
    expect(await sweep()).toBe(0)
  })

  test('is given an end where one is required', async () => {
    const owner = await server.member()
    const endless = await warm(owner, 400)
    await setPolicy(server.administrator, { pat: { expirationRequired: true, defaultLifetimeDays: 14 } })
    const { status, expiresAt, endReason } = await shown(owner, endless)
    expect({ status, endReason }).toEqual({ status: 'active', endReason: 'policy_expiration_required' })
    expect(expiresAt.slice(0, 10)).toBe(new Date(server.clock() + 14 * DAY_MS).toISOString().slice(0, 10))
    expect((await endless.get('/api/v1/me')).status).toBe(200)
    expect(await sweep()).toBe(0)
    await setPolicy(server.administrator)
  })

  test('is revoked if it was not used for too long; a use that is not stored yet counts', async () => {
    const owner = await server.member()
    const idle = await unused(owner, 20)
    const busy = await unused(owner, 20)
    expect((await busy.get('/api/v1/me')).status).toBe(200)
    const young = await unused(owner, 5)
    await setPolicy(server.administrator, { pat: { endUnusedAfterDays: 10 } })
    expect(await idle.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
    for (const token of [busy, young]) expect((await token.get('/api/v1/me')).status).toBe(200)
    expect(await shown(owner, idle)).toMatchObject({ status: 'revoked', endReason: 'policy_unused', revokedBy: null })
    const { body } = await server.administrator.get(`/api/v1/admin/tokens/${idle.id}`)
    expect(body.endReason).toBe('policy_unused')
    expect(await endings(idle)).toMatchObject([{ reason: 'policy_unused' }])
    await setPolicy(server.administrator)
  })

  test('is refused from addresses that the policy leaves out, at once, and accepted again as soon as it does', async () => {
    const owner = await server.member()
    const script = await warm(owner)
    const { body: machine } = await server.administrator.post('/api/v1/service-accounts', { name: newName('ci') })
    const made = await server.administrator.post(`/api/v1/service-accounts/${machine.id}/tokens`, { name: 'deploy' })
    const machineCall = (address: string) =>
      server.anonymous.get('/api/v1/me', { authorization: `Bearer ${made.body.secret}`, 'x-forwarded-for': address })
    const call = (address: string) => script.get('/api/v1/me', { 'x-forwarded-for': address })
    for (let round = 0; round < 2; round++) {
      expect((await call('192.0.2.7')).status).toBe(200)
      expect((await machineCall('192.0.2.7')).status).toBe(200)
      await setPolicy(server.administrator, { pat: { allowedAddresses: ['10.0.0.0/8', '2001:db8::/32'] } })
      expect(await call('192.0.2.7')).toMatchObject({ status: 403, body: { code: 'address_not_allowed' } })
      for (const address of ['10.1.2.3', '2001:db8::5']) expect((await call(address)).status).toBe(200)
      expect((await machineCall('192.0.2.7')).status).toBe(200)
      await setPolicy(server.administrator)
    }
    await server.sql(`UPDATE policy SET service_addresses = '["10.0.0.0/8"]'`)
    expect((await machineCall('192.0.2.7')).body.code, 'typed into the database').toBe('address_not_allowed')
    await setPolicy(server.administrator, { pat: { allowedAddresses: ['10.0.0.0/8'] } })
    const { body } = await server.administrator.post('/api/v1/admin/tokens/explain', {
      token: script.id,
      address: '192.0.2.7',
    })
    expect(body.accepted).toBe(false)
    expect(body.rules.filter(({ passed }: { passed: boolean | null }) => passed === false)).toMatchObject([
      { rule: 'address_allowed_by_policy', detail: 'The policy accepts it only from 10.0.0.0/8.' },
    ])
    await setPolicy(server.administrator)
  })

  test('the preview says the same, token by token, and changes nothing', async () => {
    const owner = await server.member()
    const expected = new Map([
      [(await warm(owner, 100)).id, ['ends_now']],
      [(await warm(owner, 30)).id, ['ends_earlier', 'address_refused']],
      [(await unused(owner, 70)).id, ['revoked']],
    ])
    const inLine = await warm(owner, 30, { expiresAt: new Date(server.clock() + DAY_MS).toISOString() })
    await server.services.usage.flush()
    await server.sql(`UPDATE token_usage SET last_used_address = '10.0.0.1' WHERE token_id = '${inLine.id}'`)
    const rules = {
      pat: { maximumLifetimeDays: 90, endUnusedAfterDays: 60, allowedAddresses: ['10.0.0.0/8'], tokensPerAccount: 2 },
    }
    const rows = () => server.sql('SELECT * FROM token ORDER BY id')
    const before = await rows()

    const items: {
      token: { id: string }
      owner: { id: string }
      effects: { effect: string; reason: string; endsAt: string }[]
    }[] = []
    let cursor = ''
    let totals: Record<string, number> = {}
    const stopped: unknown[] = []
    do {
      const preview = await server.administrator.post(`/api/v1/policy/preview?limit=2${cursor}`, policyWith(rules))
      expect(preview.status).toBe(200)
      items.push(...preview.body.items)
      totals = preview.body.totals
      stopped.push(...preview.body.stoppedOwners)
      cursor = preview.body.nextCursor && `&cursor=${preview.body.nextCursor}`
    } while (cursor)
    expect(await rows()).toEqual(before)
    expect(stopped).toContainEqual({
      owner: expect.objectContaining({ id: owner.id }),
      reason: 'tokens_per_account',
    })
    const mine = items.filter((item) => item.owner.id === owner.id)
    expect(mine.map(({ token, effects }) => [token.id, effects.map(({ effect }) => effect)]).sort()).toEqual(
      [...expected].sort(),
    )
    expect(totals['tokens']).toBe(items.length)
    for (const [effect, total] of [
      ['ends_now', 'endsNow'],
      ['ends_earlier', 'endsEarlier'],
      ['revoked', 'revoked'],
    ] as const) {
      const count = items.filter(({ effects }) => effects.some((each) => each.effect === effect)).length
      expect(totals[total], effect).toBe(count)
    }

    const ending = items.filter(({ effects }) => effects.some(({ endsAt }) => endsAt !== null))
    const { body } = await setPolicy(server.administrator, rules)
    expect(body.tokensEnded).toBe(ending.length)
    for (const { token, effects } of mine) {
      const [first] = effects
      const after = (await owner.get(`/api/v1/tokens/${token.id}`)).body
      expect(after.endReason).toBe(first?.reason)
      expect(after.status).toBe(
        { ends_now: 'expired', revoked: 'revoked', ends_earlier: 'active' }[first?.effect ?? ''],
      )
      if (first?.effect === 'ends_earlier') expect(after.expiresAt).toBe(first.endsAt)
    }
    await setPolicy(server.administrator)
  })

  test('the preview names the owners who could make no more', async () => {
    const [maker, other] = [await server.member({ roles: ['TemplateCreator'] }), await server.member()]
    for (const owner of [maker, other]) await owner.token()
    const wanted = policyWith({ pat: { creation: { roles: ['TemplateCreator'] } } })
    const { body } = await server.administrator.post('/api/v1/policy/preview', wanted)
    const ids = body.stoppedOwners.map(({ owner }: { owner: { id: string } }) => owner.id)
    expect(ids).toContain(other.id)
    expect(ids).not.toContain(maker.id)
    expect(body.totals).toMatchObject({ tokens: 0, stoppedOwners: ids.length })
  })

  test('the preview goes on to the last token and to the last owner, each once, whichever are more', async () => {
    for (let count = 0; count < 3; count++) await (await server.member()).token()
    const wanted = policyWith({ pat: { creation: 'nobody', tokensPerAccount: 1 } })
    const preview = async (query: string) => {
      const { status, body } = await server.administrator.post(`/api/v1/policy/preview?${query}`, wanted)
      expect(status, JSON.stringify(body)).toBe(200)
      return body
    }
    const all = await preview('limit=200')
    expect(all.nextCursor).toBeNull()
    expect(all.stoppedOwners.length).toBeGreaterThanOrEqual(6)
    const items: unknown[] = []
    const stoppedOwners: unknown[] = []
    let cursor = ''
    do {
      const page = await preview(`limit=2${cursor}`)
      expect(page.totals).toEqual(all.totals)
      expect(page.items.length).toBeLessThanOrEqual(2)
      expect(page.stoppedOwners.length).toBeLessThanOrEqual(2)
      items.push(...page.items)
      stoppedOwners.push(...page.stoppedOwners)
      cursor = page.nextCursor && `&cursor=${page.nextCursor}`
    } while (cursor)
    expect({ items, stoppedOwners }).toEqual({ items: all.items, stoppedOwners: all.stoppedOwners })
  })

  test('an enforcement that was interrupted goes on, and each token is recorded once', async () => {
    const owner = await server.member()
    const tokens = await Promise.all([40, 50, 60].map((age) => warm(owner, age)))
    // What a process leaves that was killed after the policy was stored and before the first step.
    const { allowedAddresses: _pat, ...pat } = policyWith({ pat: { maximumLifetimeDays: 30 } }).pat
    const { allowedAddresses: _service, ...service } = policyWith().service
    const document = JSON.stringify({ ...policyWith(), pat, service })
    await server.sql(`UPDATE policy SET document = '${document}'`)
    // … and one token that the former run had ended.
    const first = tokens[0] as TokenHolder
    await server.sql(
      `UPDATE token SET expires_at = ${server.clock()}, end_reason = 'policy_maximum_lifetime' WHERE id = '${first.id}'`,
    )
    expect((await tokens[1]?.get('/api/v1/me'))?.status).toBe(200)

    const [one, two] = await Promise.all([sweep(), sweep()])
    expect(one + two).toBeGreaterThanOrEqual(2)
    for (const token of tokens) expect((await token.get('/api/v1/me')).body.code).toBe('token_expired')
    expect((await Promise.all(tokens.map(endings))).map(({ length }) => length)).toEqual([0, 1, 1])
    expect(await sweep()).toBe(0)
    await setPolicy(server.administrator)
  })

  test('more than a step holds are ended, all of them', async () => {
    const owner = await server.member()
    const { id } = await warm(owner, 100)
    const columns = 'account_id, kind, name_released_at, digest, created_at, expires_at'
    const numbers = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)`
    const newId = engine === 'sqlite' ? `printf('t%011d', n)` : `'t' || lpad(n::text, 11, '0')`
    await server.sql(`INSERT INTO token (id, name, name_key, ${columns})
      ${numbers} SELECT ${newId}, 'bulk ' || n, 'bulk ' || n, ${columns} FROM numbers, token WHERE id = '${id}'`)
    const { body } = await setPolicy(server.administrator, { pat: { maximumLifetimeDays: 30 } })
    expect(body.tokensEnded).toBeGreaterThanOrEqual(1201)
    const [row] = await server.sql<{ living: number }>(
      `SELECT count(*) AS living FROM token WHERE account_id = '${owner.id}' AND expires_at IS NULL`,
    )
    expect(Number(row?.living)).toBe(0)
    await setPolicy(server.administrator)
  })
})
