import { buildApp } from '../packages/server/src/app.ts'
import { createAdministrator } from '../packages/server/src/commands/first-administrator.ts'
import type { Config } from '../packages/server/src/config.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../packages/server/src/core/clock.ts'
import { Secret } from '../packages/server/src/core/secret.ts'
import type { Database } from '../packages/server/src/storage/database.ts'
import { seededRandom } from '../packages/server/test/support/seeded-random.ts'
import { ADMINISTRATOR, BROWSERS, GROUPS, MACHINES, PEOPLE, type Person, PURPOSES, usernameOf } from './organisation.ts'

/** How far the history goes back, and since when it is told day by day. */
const HISTORY_DAYS = 400
const DAILY_DAYS = 90

/** How long somebody takes to find out that their token is refused. */
const NOTICED_MS = 2 * DAY_MS

/** Whatever calls with a token. */
interface Program {
  readonly secret: Secret
  readonly address: string
  readonly client: string
  readonly callsADay: number
  readonly from: number
  readonly until: number
}

interface Step {
  readonly at: number
  readonly act: () => Promise<void>
}

/**
 * Plays the organisation's history against the server's own API, on a clock that starts in the past: every rule holds,
 * every event is recorded, and what is stored is what people and programs would have left. The seed is fixed; only ids,
 * secrets and the day it is run differ. Everybody gets the same password.
 */
export async function fill(database: Database, config: Config, now: number, password: Secret): Promise<void> {
  const random = seededRandom(20_260)
  const pick = <T>(list: readonly T[]): T => list[random.between(0, list.length - 1)] as T
  const daysAgo = (days: number) => now - days * DAY_MS
  let clock = daysAgo(HISTORY_DAYS)
  const app = await buildApp({ config: { ...config, logLevel: 'error' }, database, clock: () => clock })
  const { verifier, usage } = app.services
  const steps: Step[] = []
  /** What would be later than today has not happened yet. */
  const plan = (at: number, act: Step['act']) => {
    if (at < now) steps.push({ at, act })
  }
  const programs: Program[] = []
  const ids = new Map<string, string>()
  const addressOf = (username: string) => `10.20.${username.length}.${username.charCodeAt(0)}`
  const browserOf = (username: string) => BROWSERS[username.length % BROWSERS.length] as string

  /** Somebody in a browser, or the administrator's script. */
  interface Visitor {
    readonly username: string
    readonly headers: Readonly<Record<string, string>>
  }

  /** Joining and leaving is done by a script with the administrator's token, once there is one. */
  let admin: Visitor

  async function call(
    { username, headers }: Visitor,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
  ) {
    const answer = await app.inject({
      method,
      url,
      headers: { 'user-agent': browserOf(username), ...headers },
      remoteAddress: addressOf(username),
      ...(payload && { payload }),
    })
    if (answer.statusCode >= 400) throw new Error(`${method} ${url}: ${answer.statusCode} ${answer.body}`)
    return { body: answer.body === '' ? undefined : answer.json(), cookie: answer.headers['set-cookie'] }
  }

  async function signIn(username: string, secret = password): Promise<Visitor> {
    const stranger = { username, headers: {} }
    const { cookie } = await call(stranger, 'POST', '/api/v1/session', { username, password: secret.expose() })
    return { username, headers: { cookie: String(cookie).split(';')[0] ?? '' } }
  }

  /** Wrong once, as happens on Mondays. */
  async function mistype(username: string): Promise<void> {
    const stranger = { username, headers: {} }
    await call(stranger, 'POST', '/api/v1/session', { username, password: 'the old one' }).catch(() => {})
  }

  async function join(person: Person): Promise<void> {
    const { firstName, lastName, groups, roles = [] } = person
    const username = usernameOf(person)
    const names = { username, email: `${username}@example.com`, firstName, lastName }
    const initial = new Secret(`first day of ${username}`)
    const { body } = await call(admin, 'POST', '/api/v1/members', { ...names, password: initial.expose(), roles })
    ids.set(username, body.id)
    for (const group of groups) await call(admin, 'PUT', `/api/v1/groups/${ids.get(group)}/members/${body.id}`)
    clock += HOUR_MS
    const visitor = await signIn(username, initial)
    const change = { currentPassword: initial.expose(), newPassword: password.expose() }
    await call(visitor, 'PUT', '/api/v1/me/password', change)
  }

  async function makeTokens(
    username: string,
    purposes: readonly (typeof PURPOSES)[number][],
    leaves: number,
  ): Promise<void> {
    const visitor = await signIn(username)
    const { body: me } = await call(visitor, 'GET', '/api/v1/me')
    for (const [name, client] of purposes) {
      const lifetime = pick([30, 90, 90, 180, 365, null])
      const permissions = random.below1() < 0.25 ? [pick(me.account.permissions as string[])] : null
      const allowedAddresses = random.below1() < 0.15 ? ['10.20.0.0/16'] : null
      const expiresAt = lifetime === null ? null : new Date(clock + lifetime * DAY_MS).toISOString()
      const { body } = await call(visitor, 'POST', '/api/v1/tokens', { name, expiresAt, permissions, allowedAddresses })
      const from = clock
      const revokedAt = random.below1() < 0.25 ? from + random.between(5, 200) * DAY_MS : Number.POSITIVE_INFINITY
      const isRevoked = revokedAt < leaves
      if (isRevoked) {
        plan(revokedAt, async () => {
          await call(await signIn(username), 'DELETE', `/api/v1/tokens/${body.token.id}`)
        })
      }
      // Half are in use to this day; the others were for an afternoon, or never used.
      const use = random.below1()
      const callsADay = use < 0.5 ? random.between(1, 40) : use < 0.85 ? 2 : 0
      const wanted = use < 0.5 ? now : from + random.between(1, 20) * DAY_MS
      const ends = Math.min(isRevoked ? revokedAt : now, lifetime === null ? now : from + lifetime * DAY_MS, leaves)
      const until = Math.min(wanted, ends + NOTICED_MS)
      programs.push({ secret: new Secret(body.secret), address: addressOf(username), client, callsADay, from, until })
      clock += MINUTE_MS
    }
  }

  async function makeMachine(machine: (typeof MACHINES)[number]): Promise<void> {
    const { name, description, roles, tokens, address, client, callsADay, retired } = machine
    const maintainers = machine.maintainers.flatMap((username) => ids.get(username) ?? [])
    const { body } = await call(admin, 'POST', '/api/v1/service-accounts', { name, description, maintainers })
    const path = `/api/v1/service-accounts/${body.id}`
    for (const role of roles) await call(admin, 'PUT', `${path}/roles/${role}`)
    const made = clock
    const ends = daysAgo(retired ?? 0)
    for (const token of tokens) {
      const { body: created } = await call(admin, 'POST', `${path}/tokens`, { name: token })
      const program = { address, client, callsADay: Math.ceil(callsADay / tokens.length) }
      const rotatedAt = made + random.between(120, 300) * DAY_MS
      programs.push({
        secret: new Secret(created.secret),
        ...program,
        from: made,
        until: Math.min(rotatedAt + 2 * HOUR_MS, ends + NOTICED_MS),
      })
      if (rotatedAt > ends) continue
      plan(rotatedAt, async () => {
        const address = `${path}/tokens/${created.token.id}/rotate`
        const { body: next } = await call(admin, 'POST', address, { overlapSeconds: 86_400 })
        programs.push({ secret: new Secret(next.secret), ...program, from: clock, until: ends + NOTICED_MS })
      })
    }
    if (retired !== undefined) {
      plan(ends, async () => {
        await call(admin, 'PATCH', path, { status: 'deactivated' })
      })
    }
  }

  /** One day of all programs: those that were revoked go on for as long as nobody has told them. */
  async function callAll(): Promise<void> {
    const isWeekend = [0, 6].includes(new Date(clock).getUTCDay())
    const calls = programs
      .filter(({ from, until }) => from <= clock && clock < until)
      .flatMap((program) => {
        const share = (isWeekend ? 0.3 : 1) * (0.6 + 0.8 * random.below1())
        return Array<Program>(Math.round(program.callsADay * share)).fill(program)
      })
    const verify = ({ secret, address, client }: Program) =>
      new Promise<void>((resolve) => verifier.verify(secret, { address, client }, () => resolve()))
    await Promise.all(calls.map(verify))
    await usage.flush()
  }

  async function begin(): Promise<void> {
    await createAdministrator(database, { username: ADMINISTRATOR, password, mustChangePassword: false }, clock)
    const visitor = await signIn(ADMINISTRATOR)
    const { body: made } = await call(visitor, 'POST', '/api/v1/tokens', { name: 'joiners and leavers' })
    admin = {
      username: ADMINISTRATOR,
      headers: { authorization: `Bearer ${made.secret}`, 'user-agent': 'hr-sync/1.4' },
    }
    const { body: me } = await call(admin, 'GET', '/api/v1/me')
    const names = { firstName: 'Ada', lastName: 'Lindqvist', email: `${ADMINISTRATOR}@example.com` }
    await call(admin, 'PATCH', `/api/v1/members/${me.account.id}`, names)
    for (const { name, description, within, roles } of GROUPS) {
      const { body: group } = await call(admin, 'POST', '/api/v1/groups', { name, description })
      ids.set(name, group.id)
      for (const role of roles) await call(admin, 'PUT', `/api/v1/groups/${group.id}/roles/${role}`)
      if (within) await call(admin, 'PUT', `/api/v1/groups/${ids.get(within)}/groups/${group.id}`)
    }
  }

  plan(daysAgo(HISTORY_DAYS), begin)
  for (const [index, person] of PEOPLE.entries()) {
    const username = usernameOf(person)
    const joined = HISTORY_DAYS - 1 - index * 4
    const last = person.left ?? 0
    plan(daysAgo(joined), () => join(person))
    const purposes = [...PURPOSES].sort(() => random.below1() - 0.5).slice(0, random.between(4, PURPOSES.length))
    while (purposes.length > 0) {
      const some = purposes.splice(0, random.between(2, 6))
      plan(daysAgo(random.between(last + 1, joined - 1)) + random.between(1, 20) * HOUR_MS, async () => {
        if (random.below1() < 0.1) await mistype(username)
        await makeTokens(username, some, daysAgo(last))
      })
    }
    if (person.left !== undefined) {
      plan(daysAgo(person.left), async () => {
        const path = `/api/v1/members/${ids.get(username)}`
        await call(admin, 'PATCH', path, { status: 'deactivated' })
      })
    }
  }
  for (const [index, machine] of MACHINES.entries()) {
    plan(daysAgo(230 - index * 9), () => makeMachine(machine))
  }
  for (let day = HISTORY_DAYS; day >= 0; day -= day > DAILY_DAYS ? 10 : 1) plan(daysAgo(day) + 20 * MINUTE_MS, callAll)

  // What happens may plan what happens later.
  for (;;) {
    steps.sort((one, other) => one.at - other.at)
    const step = steps.shift()
    if (step === undefined) break
    clock = Math.max(clock, step.at)
    await step.act()
  }
  clock = now
  await app.close()
}
