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

  test.each(['?limit=0', '?limit=x', '?status=gone', '?cursor=e30', '?cursor=NQ', '?sort=username', '?q=%0a'])(
    'refuses %s',
    async (query) => {
      expect(await list(query)).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    },
  )

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
