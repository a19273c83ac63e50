import { Agent } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type PasswordPlace, PasswordPlaces } from '../../src/sessions/password-places.ts'
import { newName } from '../support/actors.ts'
import { onBothEngines } from '../support/databases.ts'
import { useServer } from '../support/test-app.ts'

/** Computations that end when they are told to. */
function controlled() {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  return {
    begun,
    end: (name: string) => ends.get(name)?.(),
    work: (name: string) => (place: PasswordPlace) =>
      place.compute(() => {
        begun.push(name)
        return new Promise<void>((resolve) => ends.set(name, resolve))
      }),
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('Places for password work', () => {
  test('let so many compute at once; who is known goes first', async () => {
    const places = new PasswordPlaces(2)
    const { begun, end, work } = controlled()
    const all = [
      places.hold('stranger', work('first')),
      places.hold('stranger', work('second')),
      places.hold('stranger', work('third')),
      places.hold('known', work('owner')),
    ]
    await settled()
    expect(begun).toEqual(['first', 'second'])
    end('second')
    await settled()
    expect(begun).toEqual(['first', 'second', 'owner'])
    end('owner')
    await settled()
    expect(begun).toEqual(['first', 'second', 'owner', 'third'])
    end('first')
    end('third')
    await Promise.all(all)
    // What was given back can be taken again.
    const again = [
      places.hold('stranger', work('a')),
      places.hold('stranger', work('b')),
      places.hold('known', work('c')),
    ]
    await settled()
    expect(begun.slice(4)).toEqual(['a', 'b'])
    for (const name of ['a', 'b']) end(name)
    await settled()
    end('c')
    await Promise.all(again)
  })

  test('run out for strangers before anything is done, and not for who is known', async () => {
    const places = new PasswordPlaces(1)
    const { end, work } = controlled()
    const held = Array.from({ length: 64 }, (_, index) => places.hold('stranger', work(`stranger ${index}`)))
    let wasDone = false
    const oneMore = places.hold('stranger', async () => {
      wasDone = true
    })
    await expect(oneMore).rejects.toMatchObject({ code: 'server_busy', headers: { 'retry-after': '2' } })
    expect(wasDone).toBe(false)
    const owner = places.hold('known', work('owner'))
    for (let index = 0; index < 64; index++) {
      end(`stranger ${index}`)
      await settled()
      end('owner')
      await settled()
    }
    await Promise.all([...held, owner])
    await places.hold('stranger', async () => {
      wasDone = true
    })
    expect(wasDone).toBe(true)
  })

  test('are given back by work that fails', async () => {
    const places = new PasswordPlaces(1)
    for (let time = 0; time < 70; time++) {
      const failing = places.hold('stranger', (place) => place.compute(() => Promise.reject(new Error('no'))))
      await expect(failing).rejects.toThrow('no')
    }
    await expect(places.hold('stranger', (place) => place.compute(async () => 'yes'))).resolves.toBe('yes')
  })
})

onBothEngines('A flood of sign-ins', (engine) => {
  const server = useServer(engine, { config: { trustProxy: ['127.0.0.1'] } })
  let hosts = 0
  const signIn = (username: string, password: string) =>
    server.anonymous.post(
      '/api/v1/session',
      { username, password },
      { 'x-forwarded-for': `10.0.${hosts >> 8}.${hosts++ & 255}` },
    )

  test('is answered 503 beyond a bound, and what was turned away is neither counted nor checked', async () => {
    const owner = await server.member()
    const agentless = Array.from({ length: 64 }, () => newName('nobody'))
    const agent = new Agent({ maxSockets: 150 })
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, index) =>
        server.anonymous.request('POST', '/api/v1/session', {
          body: { username: agentless[index % 64], password: 'spring2026' },
          headers: { 'x-forwarded-for': `10.1.0.${index}` },
          agent,
        }),
      ),
    )
    agent.destroy()
    const busy = answers.filter(({ status }) => status === 503)
    expect(busy.length).toBeGreaterThan(0)
    expect(busy.length + answers.filter(({ status }) => status === 401).length).toBe(150)
    expect(busy[0]).toMatchObject({ body: { code: 'server_busy' }, headers: { 'retry-after': '2' } })
    const [counted] = await server.sql<{ attempts: number }>(
      `SELECT sum(failures) AS attempts FROM sign_in_failure WHERE scope LIKE 'address:10.1.%'`,
    )
    expect(Number(counted?.attempts)).toBe(150 - busy.length)
    expect((await signIn(owner.username, owner.password)).status).toBe(201)
    // 64 password hashes.
  }, 120_000)
})
