import { beforeAll, expect, test } from 'vitest'
import { type Member, newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const GUESSABLE: readonly (readonly [password: string, code: string])[] = [
  ['Summer2026!', 'password_too_guessable'],
  ['Winter2025!!', 'password_too_common'],
  ['changeme123', 'password_too_common'],
  ['admin1234', 'password_too_common'],
  ['P@ssw0rd2024', 'password_too_common'],
  ['Qwerty123!', 'password_too_common'],
  ['Liverpool99!', 'password_too_common'],
  ['October-2026', 'password_too_guessable'],
  ['zxcvbnm,./', 'password_too_simple'],
  ['abcdefghijkl', 'password_too_simple'],
  ['1987-12-24', 'password_too_simple'],
  ['xyzxyzxyzxyz', 'password_too_simple'],
]

/** Made of what others know of this member and this server. */
const PERSONAL = ['lovelace1815', 'Augusta2026', 'Byron-Lovelace', 'access2026!', 'Engine-Works1']

const GOOD = [
  'Kx7#mQ2p',
  'correct horse battery staple',
  'ünïcode with späces',
  '7h3 qu1ck br0wn',
  '日本語のながいあいことば',
]

onBothEngines('A password that is easy to guess', (engine) => {
  const server = useServer(engine, { config: { publicUrl: 'https://access.engine-works.example' } })
  const names = { firstName: 'Augusta', lastName: 'Lovelace', email: 'byron@engine-works.example' }
  const https = { origin: 'https://access.engine-works.example' }
  let member: Member
  beforeAll(async () => {
    member = await server.member()
    await server.administrator.patch(`/api/v1/members/${member.id}`, { ...names }, https)
  })

  const ways: Readonly<Record<string, (password: string) => Promise<{ status: number; body: unknown }>>> = {
    'of a new member': (password) =>
      server.administrator.post('/api/v1/members', {
        ...names,
        username: newName('weak'),
        email: `${newName('weak')}@engine-works.example`,
        password,
      }),
    'by a reset': (password) => server.administrator.patch(`/api/v1/members/${member.id}`, { password }),
    "of one's own": (newPassword) =>
      member.put('/api/v1/me/password', { currentPassword: member.password, newPassword }),
  }

  test.each(Object.keys(ways))('is refused with what is wrong and what to do: %s', async (way) => {
    for (const [password, code] of GUESSABLE) {
      const refused = await ways[way]?.(password)
      expect(refused, password).toMatchObject({
        status: 400,
        body: {
          code: 'validation_failed',
          detail: expect.stringMatching(/^This password.+\. Use several words .+\.$/),
          errors: [{ field: way === "of one's own" ? 'newPassword' : 'password', code }],
        },
      })
    }
    for (const password of PERSONAL) expect((await ways[way]?.(password))?.status, password).toBe(400)
  })

  test('changes nothing', async () => {
    await nothingHappens(server, () =>
      member.put('/api/v1/me/password', { currentPassword: member.password, newPassword: 'Summer2026!' }),
    )
    expect((await member.get('/api/v1/me')).status).toBe(200)
  })

  test.each(GOOD)('is not %s', async (password) => {
    const { status } = await server.administrator.post('/api/v1/members', {
      ...names,
      username: newName('strong'),
      email: `${newName('strong')}@example.test`,
      password,
    })
    expect(status).toBe(201)
  })

  test('is found while others are served, however long it is', async () => {
    const slow = ['4@$5!1|0'.repeat(32), 'p4ssw0rd'.repeat(32), '1234567890'.repeat(25)]
    const judged = Promise.all(slow.map((password) => ways['by a reset']?.(password)))
    const waits: number[] = []
    let isOver = false
    void judged.finally(() => {
      isOver = true
    })
    while (!isOver) {
      const before = performance.now()
      await server.anonymous.get('/healthz')
      waits.push(performance.now() - before)
    }
    expect(waits.length).toBeGreaterThan(3)
    await judged
  })
})
