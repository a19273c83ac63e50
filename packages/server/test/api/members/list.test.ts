import { beforeAll, expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import type { Answer } from '../../support/http-client.ts'
import { useServer } from '../../support/test-app.ts'

const usernames = ({ body }: Answer): string[] => body.items.map(({ username }: { username: string }) => username)

onBothEngines('Listing members', (engine) => {
  const server = useServer(engine)
  const list = (query: string) => server.administrator.get(`/api/v1/members${query}`)

  beforeAll(async () => {
    const people = [
      { username: 'bert', email: 'bert@one.test', firstName: 'Bertrand', lastName: 'Russell' },
      { username: 'Ada', email: 'lovelace@two.test', firstName: 'Augusta', lastName: 'King' },
      { username: 'carl_g', email: 'gauss@two.test', firstName: 'Carl', lastName: 'Gauß' },
      { username: 'émilie', email: 'chatelet@one.test', firstName: 'Émilie', lastName: 'du Châtelet' },
    ]
    for (const person of people) {
      const created = await server.administrator.post('/api/v1/members', {
        ...person,
        password: 'an initial password',
        roles: ['Auditor'],
      })
      if (person.username === 'bert') {
        await server.administrator.patch(`/api/v1/members/${created.body.id}`, { status: 'deactivated' })
      }
    }
  })

  test.each([
    ['', ['Ada', 'admin', 'bert', 'carl_g', 'émilie']],
    ['?status=all', ['Ada', 'admin', 'bert', 'carl_g', 'émilie']],
    ['?status=active', ['Ada', 'admin', 'carl_g', 'émilie']],
    ['?status=deactivated', ['bert']],
    ['?q=ADA', ['Ada']],
    ['?q=two.test', ['Ada', 'carl_g']],
    ['?q=russell', ['bert']],
    ['?q=augusta%20k', ['Ada']],
    ['?q=_', ['carl_g']],
    ['?q=%25', []],
    ['?q=%C3%89MILIE', ['émilie']],
    ['?q=CH%C3%82TELET', ['émilie']],
    ['?q=two&status=deactivated', []],
  ])('%s gives %j', async (query, expected) => {
    const answer = await list(query)
    expect(answer).toMatchObject({ status: 200, body: { nextCursor: null } })
    expect(usernames(answer)).toEqual(expected)
  })

  test('says of each what administrators need: state, roles, last sign-in', async () => {
    const { body } = await list('?q=bert')
    expect(body.items).toMatchObject([
      { status: 'deactivated', roles: ['Auditor'], lastSignInAt: null, displayName: 'Bertrand Russell' },
    ])
    expect((await list('?q=admin')).body.items[0].lastSignInAt).toMatch(/Z$/)
  })

  test('pages give each member once', async () => {
    const paged: string[] = []
    let cursor: string | null = null
    do {
      const page: Answer = await list(`?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`)
      paged.push(...usernames(page))
      cursor = page.body.nextCursor
    } while (cursor !== null && paged.length < 20)
    expect(paged).toEqual(['Ada', 'admin', 'bert', 'carl_g', 'émilie'])
  })

  test.each([
    '?limit=0',
    '?limit=x',
    '?status=gone',
    '?cursor=e30',
    '?cursor=NQ',
    '?sort=roles',
    '?group=x',
    '?neverSignedIn=perhaps',
    '?q=%0a',
  ])('refuses %s', async (query) => {
    expect(await list(query)).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  })

  test.each(['x', '00000000-0000-4000-8000-00000000000', '%00'])(
    'an id that is none (%s) is refused as such',
    async (id) => {
      expect(await list(`/${id}`)).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'id', code: 'wrong_format' }] },
      })
    },
  )

  test('an id that nobody has is not found', async () => {
    expect(await list('/00000000-0000-4000-8000-000000000000')).toMatchObject({
      status: 404,
      body: { code: 'member_not_found' },
    })
  })
})

onBothEngines('The list of members, narrowed and ordered', (engine) => {
  const server = useServer(engine)
  const api = (method: 'post' | 'put' | 'patch', path: string, body?: unknown) =>
    server.administrator[method](`/api/v1${path}`, body)
  const names = async (query: string) => usernames(await server.administrator.get(`/api/v1/members${query}`))
  const ids: Record<string, string> = {}
  const groups: Record<string, string> = {}

  beforeAll(async () => {
    for (const [username, firstName, email] of [
      ['una', 'Zoe', 'm@one.test'],
      ['vic', 'Yan', 'z@one.test'],
      ['wim', 'Xia', 'a@one.test'],
    ] as const) {
      const body = { username, email, firstName, lastName: 'T', password: 'an initial password' }
      ids[username] = (await api('post', '/members', body)).body.id
      server.clock.advance(1000)
    }
    for (const name of ['Outer', 'Inner']) groups[name] = (await api('post', '/groups', { name })).body.id
    await api('put', `/groups/${groups['Outer']}/groups/${groups['Inner']}`)
    await api('put', `/groups/${groups['Outer']}/roles/Auditor`)
    await api('put', `/groups/${groups['Inner']}/members/${ids['una']}`)
    await api('put', `/groups/${groups['Outer']}/members/${ids['vic']}`)
    await api('put', `/members/${ids['vic']}/roles/Auditor`)
    await api('put', `/members/${ids['wim']}/roles/SuperUser`)
    await api('patch', `/members/${ids['wim']}`, { status: 'deactivated' })
    const ada = await server.member({ username: 'zed' })
    await ada.token()
    const revoked = await ada.token()
    await ada.delete(`/api/v1/tokens/${revoked.id}`)
  })

  test.each([
    ['?sort=-username', ['zed', 'wim', 'vic', 'una', 'admin']],
    ['?sort=displayName&q=one.test', ['wim', 'vic', 'una']],
    ['?sort=-displayName&q=one.test', ['una', 'vic', 'wim']],
    ['?sort=email&q=one.test', ['wim', 'una', 'vic']],
    ['?sort=-createdAt&q=one.test', ['wim', 'vic', 'una']],
    ['?sort=createdAt&q=one.test', ['una', 'vic', 'wim']],
    ['?sort=-lastSignInAt&neverSignedIn=false', ['zed', 'admin']],
    ['?neverSignedIn=true', ['una', 'vic', 'wim']],
    ['?neverSignedIn=true&status=active', ['una', 'vic']],
    ['?role=Auditor', ['una', 'vic']],
    ['?role=Auditor&sort=-username', ['vic', 'una']],
    ['?role=SuperUser', ['wim']],
    ['?role=SuperUser&status=active', []],
    ['?role=Nonesuch', []],
    ['?group=:Outer', ['una', 'vic']],
    ['?group=:Inner', ['una']],
    ['?group=:Inner&role=Auditor&q=ZOE', ['una']],
  ])('%s gives %j', async (query, expected) => {
    expect(await names(query.replace(/:(\w+)/, (_, name: string) => groups[name] ?? ''))).toEqual(expected)
  })

  test.each(['username', 'displayName', 'email', 'createdAt', 'lastSignInAt'])(
    'pages by %s give each once, either way, narrowed or not',
    async (sort) => {
      for (const query of [`sort=${sort}`, `sort=-${sort}`, `sort=${sort}&q=t`, `sort=-${sort}&q=t`]) {
        const all = await names(`?${query}`)
        const paged: string[] = []
        let cursor: string | null = ''
        while (cursor !== null && paged.length < 20) {
          const page: Answer = await server.administrator.get(
            `/api/v1/members?${query}&limit=2${cursor && `&cursor=${cursor}`}`,
          )
          paged.push(...usernames(page))
          cursor = page.body.nextCursor
        }
        expect(paged, query).toEqual(all)
      }
    },
  )

  test('a cursor of one order is none of another', async () => {
    const { body } = await server.administrator.get('/api/v1/members?limit=1')
    const answer = await server.administrator.get(`/api/v1/members?sort=createdAt&cursor=${body.nextCursor}`)
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'cursor' }] } })
  })

  test('tells direct roles from inherited ones, with the groups on the way, and counts valid tokens', async () => {
    const { body } = await server.administrator.get('/api/v1/members')
    const of = (name: string) => body.items.find(({ username }: { username: string }) => username === name)
    expect(of('una')).toMatchObject({
      roles: [],
      inheritedRoles: [{ role: 'Auditor', through: ['Inner', 'Outer'] }],
      groups: [{ id: groups['Inner'], name: 'Inner' }],
      activeTokens: 0,
      authenticationMethod: 'password',
    })
    expect(of('vic')).toMatchObject({ roles: ['Auditor'], inheritedRoles: [{ role: 'Auditor', through: ['Outer'] }] })
    expect(of('zed')).toMatchObject({ activeTokens: 1, groups: [], inheritedRoles: [] })
    expect((await server.administrator.get(`/api/v1/members/${ids['una']}`)).body).toEqual(of('una'))
  })

  test('follows what is typed into the database', async () => {
    await server.sql(`UPDATE account SET display_name = 'Aaa', display_name_key = 'aaa' WHERE id = '${ids['vic']}'`)
    await server.sql(
      `UPDATE member SET email_key = '0@one.test', last_sign_in_at = 5 WHERE account_id = '${ids['vic']}'`,
    )
    expect(await names('?q=aaa')).toEqual(['vic'])
    expect((await names('?sort=email'))[0]).toBe('vic')
    expect(await names('?neverSignedIn=false&q=one.test')).toEqual(['vic'])
  })
})
