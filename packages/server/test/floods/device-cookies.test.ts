import { expect, test } from 'vitest'
import { DAY_MS } from '../../src/core/clock.ts'
import { newDeviceSecret, rememberDevice } from '../../src/sessions/device-store.ts'
import { newName } from '../support/actors.ts'
import { onBothEngines } from '../support/databases.ts'
import type { Answer } from '../support/http-client.ts'
import { nothingHappens } from '../support/nothing-happened.ts'
import { startServer, useServer } from '../support/test-app.ts'

interface Person {
  readonly username: string
  readonly password: string
}

const deviceOf = (answer: Answer) => answer.headers['set-cookie']?.find((cookie) => cookie.startsWith('ramp_device='))
const cookieFrom = (answer: Answer) => deviceOf(answer)?.split(';', 1)[0] ?? ''

onBothEngines('A browser that has signed in before', (engine) => {
  const server = useServer(engine, { config: { trustProxy: ['127.0.0.1'] } })
  let hosts = 0
  const newAddress = () => `203.0.113.${++hosts}`
  const signIn = ({ username, password }: Person, address: string, cookie = '') =>
    server.anonymous.post('/api/v1/session', { username, password }, { 'x-forwarded-for': address, cookie })
  const knownBrowser = async (person: Person) => cookieFrom(await signIn(person, newAddress()))
  const guess = async (username: string, times: number, address: string, cookie = '') => {
    const guesses = Array.from({ length: times }, (_, time) => ({ username, password: `guess ${time}` }))
    await Promise.all(guesses.map((each) => signIn(each, address, cookie)))
  }
  /** As if one address had sent as many wrong passwords, of different people, as it may. */
  const exhaust = (address: string) =>
    server.sql(`INSERT INTO sign_in_failure (scope, window_started_at, failures)
      VALUES ('address:${address}', ${server.clock()}, 50)`)

  test('is given a cookie that no script reads and that goes to the sign-in alone', async () => {
    const answer = await signIn(await server.member(), newAddress())
    expect(deviceOf(answer)).toMatch(
      /^ramp_device=[\w-]{43}; Max-Age=\d+; Path=\/api\/v1\/session; HttpOnly; SameSite=Strict$/,
    )
    const stored = JSON.stringify(await server.sql('SELECT * FROM sign_in_device'))
    expect(stored).not.toContain(cookieFrom(answer).split('=')[1])
  })

  test('gets in with the right password from an address that is throttled, where strangers do not', async () => {
    const [owner, colleague] = [await server.member(), await server.member()]
    const browser = await knownBrowser(owner)
    const office = newAddress()
    await exhaust(office)
    expect((await signIn(colleague, office)).status).toBe(429)
    expect((await signIn(owner, office, browser)).status).toBe(201)
    // It is known for its owner, not for others.
    const again = await knownBrowser(owner)
    expect((await signIn(colleague, office, again)).status).toBe(429)
  })

  test('gets in while strangers guess at its account, from its own address, too', async () => {
    const owner = await server.member()
    const browser = await knownBrowser(owner)
    const address = newAddress()
    await guess(owner.username, 10, address)
    expect((await signIn(owner, address)).status).toBe(429)
    const answer = await signIn(owner, address, browser)
    expect(answer.status).toBe(201)
    // That it got in forgives the strangers nothing.
    expect((await signIn(owner, address)).status).toBe(429)
  })

  test('may guess ten times, and then is turned away by itself', async () => {
    const owner = await server.member()
    const [one, other] = [await knownBrowser(owner), await knownBrowser(owner)]
    const address = newAddress()
    await guess(owner.username, 10, address, one)
    const refused = await nothingHappens(server, () => signIn(owner, address, one), ['audit_event'])
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_sign_ins' } })
    // Nobody else pays for it: not the other browser, nor a stranger at the same address.
    expect((await signIn(owner, address, other)).status).toBe(201)
    expect((await signIn(owner, address)).status).toBe(201)
  })

  test('is known neither by a cookie that was made up or altered, nor by one that was used before', async () => {
    const owner = await server.member()
    const first = await knownBrowser(owner)
    const current = cookieFrom(await signIn(owner, newAddress(), first))
    const address = newAddress()
    await guess(owner.username, 10, address)
    const altered = `${current.slice(0, -1)}${current.endsWith('A') ? 'B' : 'A'}`
    for (const cookie of ['ramp_device=', 'ramp_device=x', `ramp_device=${'A'.repeat(43)}`, altered, first]) {
      expect((await signIn(owner, address, cookie)).status, cookie).toBe(429)
    }
    expect((await signIn(owner, address, current)).status).toBe(201)
  })

  test('stays known for each of its people, by the cookie of the last sign-in', async () => {
    const [one, other] = [await server.member(), await server.member()]
    const shared = cookieFrom(await signIn(other, newAddress(), await knownBrowser(one)))
    const address = newAddress()
    await guess(one.username, 10, address)
    expect((await signIn(one, address, shared)).status).toBe(201)
  })

  test('is known to every node', async () => {
    const owner = await server.member()
    const browser = await knownBrowser(owner)
    const office = newAddress()
    await guess(owner.username, 10, office)
    const node = await startServer(engine, {
      on: server.testDatabase,
      clock: server.clock,
      config: { trustProxy: ['127.0.0.1'] },
    })
    try {
      const { username, password } = owner
      const headers = { 'x-forwarded-for': office, cookie: browser }
      expect((await node.anonymous.post('/api/v1/session', { username, password }, headers)).status).toBe(201)
    } finally {
      await node.close()
    }
  })

  test('is a stranger again after an administrator has reset the password', async () => {
    const owner = await server.member()
    const browser = await knownBrowser(owner)
    const password = `reset password ${newName('x')}`
    expect((await server.administrator.patch(`/api/v1/members/${owner.id}`, { password })).status).toBe(200)
    const address = newAddress()
    await guess(owner.username, 10, address)
    expect((await signIn({ username: owner.username, password }, address, browser)).status).toBe(429)
  })

  test('does not let a member have more than twenty', async () => {
    const owner = await server.member()
    const first = await knownBrowser(owner)
    for (let browser = 1; browser <= 20; browser++) {
      const signedIn = {
        former: undefined,
        secret: newDeviceSecret(),
        accountId: owner.id,
        now: server.clock() + browser,
      }
      await server.database.write('sign-in', (trx) => rememberDevice(trx, signedIn))
    }
    const rows = await server.sql(`SELECT digest FROM sign_in_device WHERE account_id = '${owner.id}'`)
    expect(rows).toHaveLength(20)
    const address = newAddress()
    await guess(owner.username, 10, address)
    expect((await signIn(owner, address, first)).status).toBe(429)
  })

  test('needs no cookie to change the password of an open session, whatever strangers do', async () => {
    const owner = await server.member()
    const address = newAddress()
    await exhaust(address)
    const body = { currentPassword: owner.password, newPassword: `changed password ${newName('x')}` }
    expect((await owner.put('/api/v1/me/password', body, { 'x-forwarded-for': address })).status).toBe(204)
    const wrong = { currentPassword: 'not this one', newPassword: `changed password ${newName('x')}` }
    const statuses: number[] = []
    for (let time = 0; time < 12; time++) statuses.push((await owner.put('/api/v1/me/password', wrong)).status)
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(403))
    expect(statuses.slice(10)).toEqual([429, 429])
  })

  test('is a stranger again after 90 days', async () => {
    const owner = await server.member()
    const browser = await knownBrowser(owner)
    server.clock.advance(91 * DAY_MS)
    const address = newAddress()
    await guess(owner.username, 10, address)
    expect((await signIn(owner, address, browser)).status).toBe(429)
  })
})
