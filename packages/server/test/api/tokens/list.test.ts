import { beforeAll, expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import type { Member, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import type { Answer } from '../../support/http-client.ts'
import { useServer } from '../../support/test-app.ts'

const names = ({ body }: Answer): string[] => body.items.map((token: { name: string }) => token.name)

onBothEngines('Listing tokens', (engine) => {
  const server = useServer(engine)
  let owner: Member
  const tokens = new Map<string, TokenHolder>()
  const make = async (name: string, days?: number) => {
    const expiresAt = days === undefined ? null : new Date(server.clock() + days * DAY_MS).toISOString()
    tokens.set(name, await owner.token({ name, expiresAt }))
    server.clock.advance(1000)
  }
  const use = async (name: string) => {
    await tokens.get(name)?.get('/api/v1/me')
    server.clock.advance(1000)
  }

  beforeAll(async () => {
    owner = await server.member()
    await make('delta', 40)
    await make('Alpha')
    await make('charlie 100%', 1)
    await make('bravo_x', 20)
    await make('echo', 30)
    await make('foxtrot')
    for (const name of ['echo', 'Alpha', 'delta']) await use(name)
    await server.services.usage.flush()
    await owner.delete(`/api/v1/tokens/${tokens.get('foxtrot')?.id}`)
    server.clock.advance(DAY_MS)
    owner = await owner.signInAgain()
    const administrator = await server.administrator.signInAgain()
    await administrator.token({ name: 'of somebody else' })
  })

  test.each([
    { query: '', expected: ['echo', 'bravo_x', 'Alpha', 'delta'] },
    { query: '?status=active', expected: ['echo', 'bravo_x', 'Alpha', 'delta'] },
    { query: '?status=expired', expected: ['charlie 100%'] },
    { query: '?status=revoked', expected: ['foxtrot'] },
    { query: '?status=all', expected: ['foxtrot', 'echo', 'bravo_x', 'charlie 100%', 'Alpha', 'delta'] },
    { query: '?sort=createdAt', expected: ['delta', 'Alpha', 'bravo_x', 'echo'] },
    { query: '?sort=name', expected: ['Alpha', 'bravo_x', 'delta', 'echo'] },
    { query: '?sort=-name', expected: ['echo', 'delta', 'bravo_x', 'Alpha'] },
    { query: '?sort=expiresAt', expected: ['bravo_x', 'echo', 'delta', 'Alpha'] },
    { query: '?sort=-expiresAt', expected: ['Alpha', 'delta', 'echo', 'bravo_x'] },
    { query: '?sort=lastUsedAt', expected: ['bravo_x', 'echo', 'Alpha', 'delta'] },
    { query: '?sort=-lastUsedAt', expected: ['delta', 'Alpha', 'echo', 'bravo_x'] },
    { query: '?q=ALPHA', expected: ['Alpha'] },
    { query: '?q=%25&status=all', expected: ['charlie 100%'] },
    { query: '?q=_', expected: ['bravo_x'] },
    { query: '?q=%5C&status=all', expected: [] },
    { query: '?q=somebody&status=all', expected: [] },
  ])('$query gives $expected', async ({ query, expected }) => {
    const answer = await owner.get(`/api/v1/tokens${query}`)
    expect(answer).toMatchObject({ status: 200, body: { nextCursor: null } })
    expect(names(answer)).toEqual(expected)
  })

  test('finds a token by its whole id', async () => {
    expect(names(await owner.get(`/api/v1/tokens?q=${tokens.get('delta')?.id}`))).toEqual(['delta'])
  })

  test.each(['createdAt', 'name', 'expiresAt', 'lastUsedAt'].flatMap((sort) => [sort, `-${sort}`]))(
    'pages in the order %s give each token once',
    async (sort) => {
      const all = names(await owner.get(`/api/v1/tokens?status=all&sort=${sort}`))
      const paged: string[] = []
      let cursor: string | null = null
      do {
        const after: string = cursor === null ? '' : `&cursor=${cursor}`
        const page = await owner.get(`/api/v1/tokens?status=all&sort=${sort}&limit=1${after}`)
        paged.push(...names(page))
        cursor = page.body.nextCursor
      } while (cursor !== null && paged.length < 20)
      expect(paged).toEqual(all)
    },
  )

  test.each([
    '?status=gone',
    '?sort=secret',
    '?sort=--name',
    '?limit=0',
    '?limit=201',
    '?limit=many',
    '?limit=1.5',
    '?cursor=bm9uZQ',
    '?cursor=',
    '?cursor=e30',
    '?page=2',
    '?status=active&status=all',
    '?q=%00',
    `?q=${'q'.repeat(101)}`,
  ])('refuses %s', async (query) => {
    const refused = await owner.get(`/api/v1/tokens${query}`)
    expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  })

  test('a cursor of one order is refused in another', async () => {
    const { body } = await owner.get('/api/v1/tokens?sort=name&limit=1')
    const refused = await owner.get(`/api/v1/tokens?sort=createdAt&limit=1&cursor=${body.nextCursor}`)
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'cursor', code: 'wrong_format' }] } })
  })
})
