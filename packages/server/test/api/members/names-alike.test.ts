import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

/** Names that differ in case only, as Unicode has it: lower-casing tells each of these pairs apart. */
const SAME: readonly (readonly [string, string])[] = [
  ['straße', 'STRASSE'],
  ['groẞ', 'GROSS'],
  ['οδος', 'ΟΔΟΣ'],
  ['ΣΑΣ', 'σασ'],
  ['ısparta', 'ISPARTA'],
  ['İzmir', 'izmir'],
  ['ᏣᎳᎩ', 'ꮳꮃꭹ'],
  ['oﬃce', 'OFFICE'],
  ['ǆep', 'ǅEP'],
]

/** Names that look the same. */
const ALIKE: readonly (readonly [string, string])[] = [
  ['paypal', 'раураl'],
  ['scope', 'ѕсоре'],
  ['modern', 'modem'],
  ['BOB', 'ВОВ'],
  ['zer0', 'zero'],
  ['ops1', 'opsl'],
  ['ηero', 'ηerο'],
]

onBothEngines('A name that is taken', (engine) => {
  const server = useServer(engine)

  const create = {
    username: (username: string) =>
      server.administrator.post('/api/v1/members', {
        username,
        email: `${newName('address')}@example.test`,
        firstName: 'Test',
        lastName: '',
        password: 'an initial password',
      }),
    email: (name: string) =>
      server.administrator.post('/api/v1/members', {
        username: newName('member'),
        email: `${name}@example.test`,
        firstName: 'Test',
        lastName: '',
        password: 'an initial password',
      }),
    'service account': (name: string) => server.administrator.post('/api/v1/service-accounts', { name: `sa ${name}` }),
    group: (name: string) => server.administrator.post('/api/v1/groups', { name }),
  }
  const CODES = {
    username: 'username_taken',
    email: 'email_taken',
    'service account': 'service_account_name_taken',
    group: 'group_name_taken',
  }
  const kinds = Object.keys(create) as (keyof typeof create)[]

  test.each(SAME)('is taken in another case, too: %s, %s', async (first, second) => {
    for (const kind of kinds) {
      expect((await create[kind](first)).status, kind).toBe(201)
      const refused = await nothingHappens(server, () => create[kind](second), ['audit_event'])
      expect(refused, kind).toMatchObject({ status: 409, body: { code: CODES[kind] } })
    }
  })

  test.each(ALIKE)('is taken for one that looks like it, and the answer says so: %s, %s', async (first, second) => {
    for (const kind of kinds) {
      expect((await create[kind](first)).status, kind).toBe(201)
      const refused = await nothingHappens(server, () => create[kind](second), ['audit_event'])
      expect(refused, kind).toMatchObject({
        status: 409,
        body: { code: CODES[kind], detail: expect.stringContaining('looks the same') },
      })
    }
  })

  test('is taken for a new name of another, and free for its own in another spelling', async () => {
    const { body: first } = await create.username('Иван')
    const { body: second } = await create.username('Пётр')
    const path = (id: string) => `/api/v1/members/${id}`
    const refused = await server.administrator.patch(path(second.id), { username: 'Ивaн' })
    expect(refused).toMatchObject({ status: 409, body: { code: 'username_taken' } })
    expect((await server.administrator.patch(path(first.id), { username: 'Ивaн' })).status).toBe(200)
  })

  test('is free again when what had it is deleted or renamed', async () => {
    const { body: group } = await create.group('Nocturne')
    expect((await create.group('Noсturne')).status).toBe(409)
    await server.administrator.delete(`/api/v1/groups/${group.id}`)
    expect((await create.group('Noсturne')).status).toBe(201)
    const { body: account } = await create['service account']('deploy')
    await server.administrator.delete(`/api/v1/service-accounts/${account.id}`)
    expect((await create['service account']('dерlоу')).status).toBe(201)
  })
})

onBothEngines('A search', (engine) => {
  const server = useServer(engine)

  test.each([
    ['Weißdorn', ['WEISS', 'weiß', 'ẞDORN', 'issd']],
    ['Νικος Σεφερης', ['ΝΙΚΟΣ', 'νικοσ', 'ης', 'ΗΣ']],
    ['İrem Işık', ['IREM', 'irem', 'ışık', 'ISIK'.replace('S', 'Ş')]],
  ])('finds %s in whatever case it is typed', async (firstName, queries) => {
    const { body } = await server.administrator.post('/api/v1/members', {
      username: newName('searched'),
      email: `${newName('searched')}@example.test`,
      firstName,
      lastName: 'Suche',
      password: 'an initial password',
    })
    const { body: group } = await server.administrator.post('/api/v1/groups', { name: firstName })
    const { body: token } = await server.administrator.post('/api/v1/tokens', { name: firstName })
    for (const q of queries) {
      const ids = async (path: string) =>
        (await server.administrator.get(`${path}?q=${encodeURIComponent(q)}`)).body.items.map(
          ({ id }: { id: string }) => id,
        )
      expect(await ids('/api/v1/members'), q).toContain(body.id)
      expect(await ids('/api/v1/groups'), q).toContain(group.id)
      expect(await ids('/api/v1/tokens'), q).toContain(token.token.id)
      expect(await ids('/api/v1/admin/tokens'), q).toContain(token.token.id)
    }
  })
})
