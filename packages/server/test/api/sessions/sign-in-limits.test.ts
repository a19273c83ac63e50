import { expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/core/clock.ts'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('Guessing passwords', (engine) => {
  const server = useServer(engine, { config: { trustProxy: ['127.0.0.1'] } })
  let hosts = 0
  const newAddress = () => `198.51.100.${++hosts}`
  const signIn = async (username: string, password: string, address: string) => {
    const answer = await server.anonymous.post(
      '/api/v1/session',
      { username, password },
      { 'x-forwarded-for': address },
    )
    return answer.status
  }
  const guess = async (times: number, username: string, address: string) =>
    Promise.all(Array.from({ length: times }, (_, index) => signIn(username, `guess ${index}`, address)))
  const count = (statuses: readonly number[], status: number) => statuses.filter((each) => each === status).length

  test('at one account from one address is stopped after ten, the right password included, for 15 minutes', async () => {
    const owner = await server.member()
    const address = newAddress()
    const statuses = await guess(15, owner.username, address)
    expect([count(statuses, 401), count(statuses, 429)]).toEqual([10, 5])

    const body = { username: owner.username, password: owner.password }
    const refused = await nothingHappens(server, () =>
      server.anonymous.post('/api/v1/session', body, { 'x-forwarded-for': address }),
    )
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_sign_ins' } })
    const seconds = Number(refused.headers['retry-after'])
    expect(seconds).toBeGreaterThan(14 * 60)
    expect(seconds).toBeLessThanOrEqual(15 * 60)

    server.clock.advance(seconds * 1000)
    expect(await signIn(owner.username, owner.password, address)).toBe(201)
  })

  test('leaves one event for each scope and window, however many are turned away', async () => {
    const owner = await server.member()
    const address = newAddress()
    const events = async () => {
      const query = `action=session.throttled&targetType=member&targetId=${owner.id}`
      return (await server.administrator.get(`/api/v1/audit-events?${query}`)).body.items
    }
    await guess(20, owner.username, address)
    await signIn(owner.username, owner.password, address)
    const refusal = {
      action: 'session.throttled',
      outcome: 'refused',
      actor: null,
      address,
      detail: { counted: 'pair' },
    }
    expect(await events()).toMatchObject([refusal])

    server.clock.advance(15 * MINUTE_MS)
    await guess(15, owner.username, address)
    expect(await events()).toMatchObject([refusal, refusal])
  })

  test('counts whoever spells the name another way', async () => {
    const owner = await server.member({ username: newName('Mixed') })
    const address = newAddress()
    await guess(5, owner.username.toUpperCase(), address)
    await guess(5, owner.username.toLowerCase(), address)
    expect(await signIn(owner.username, owner.password, address)).toBe(429)
  })

  test('at many accounts from one address is stopped after fifty', async () => {
    const address = newAddress()
    const names = Array.from({ length: 60 }, () => newName('nobody'))
    const statuses = await Promise.all(names.map((name) => signIn(name, 'spring2026', address)))
    expect([count(statuses, 401), count(statuses, 429)]).toEqual([50, 10])
  })

  test('from many addresses slows the account for strangers, but not for its owner where they usually are', async () => {
    const owner = await server.member()
    const home = newAddress()
    expect(await signIn(owner.username, owner.password, home)).toBe(201)
    for (let attacker = 0; attacker < 10; attacker++) await guess(10, owner.username, newAddress())

    expect(await signIn(owner.username, 'one more guess', newAddress())).toBe(429)
    expect(await signIn(owner.username, owner.password, newAddress())).toBe(429)
    expect(await signIn(owner.username, owner.password, home)).toBe(201)

    server.clock.advance(15 * MINUTE_MS)
    expect(await signIn(owner.username, owner.password, newAddress())).toBe(201)
  })

  test('a right password forgives the failures before it', async () => {
    const owner = await server.member()
    const address = newAddress()
    for (let round = 0; round < 3; round++) {
      await guess(9, owner.username, address)
      expect(await signIn(owner.username, owner.password, address)).toBe(201)
    }
  })

  test('a whole /64 of IPv6 counts as one address', async () => {
    const owner = await server.member()
    for (let host = 1; host <= 10; host++) await signIn(owner.username, 'guess', `2001:db8:1:2::${host}`)
    expect(await signIn(owner.username, owner.password, '2001:db8:1:2:ffff::1')).toBe(429)
    expect(await signIn(owner.username, owner.password, '2001:db8:1:3::1')).toBe(201)
  })

  test('tokens refused any number of times hold up no sign-in', async () => {
    const owner = await server.member()
    const script = await owner.token()
    await owner.delete(`/api/v1/tokens/${script.id}`)
    for (let call = 0; call < 30; call++) await script.get('/api/v1/me')
    expect(await signIn(owner.username, owner.password, '127.0.0.1')).toBe(201)
  })
})
