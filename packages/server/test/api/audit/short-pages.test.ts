import { beforeAll, expect, test } from 'vitest'
import type { Actor, Member } from '../../support/actors.ts'
import { addAuditEvents } from '../../support/audit-events.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

/** Ten times what is looked at for a page; half of it by one of two actors, half of it one of two actions. */
const MANY = 20_000

/** Few of the many, side by side, with more in between than is looked at for a page. */
const IS_RARE = `i % ${MANY / 2 - 1} < 3`

const LIST = '/api/v1/audit-events'

onBothEngines('Looking for audit events that two filters hardly agree on', (engine) => {
  const server = useServer(engine)
  let granter: Member
  let guest: Member
  let auditor: Actor
  let start: number

  beforeAll(async () => {
    granter = await server.member()
    guest = await server.member()
    auditor = await (await server.member({ roles: ['Auditor'] })).token()
    start = server.clock() - 100_000
    const isGranters = `(${IS_RARE} OR i % 2 = 1)`
    await addEvents(MANY, {
      at: `${start} + i / 3`,
      action: `CASE WHEN ${IS_RARE} OR i % 2 = 0 THEN 'role.granted' ELSE 'session.created' END`,
      actor: `CASE WHEN ${isGranters} THEN '${granter.id}' ELSE '${guest.id}' END`,
    })
  })

  async function addEvents(...given: Parameters<typeof addAuditEvents>) {
    for (const statement of addAuditEvents(...given)) await server.sql(statement)
  }

  const idsOf = (events: readonly { id: number }[]) => events.map(({ id }) => id)

  /** What the database itself says, newest first. */
  const meantBy = async (condition: string) =>
    idsOf(await server.sql<{ id: number }>(`SELECT id FROM audit_event WHERE ${condition} ORDER BY at DESC, id DESC`))

  /** The ids on each page, and what else happens between two of them. */
  async function pagesOf(query: string, meanwhile: () => Promise<unknown> = async () => {}): Promise<number[][]> {
    const pages: number[][] = []
    let cursor: string | null = null
    do {
      const { status, body } = await auditor.get(
        `${LIST}?limit=2&${query}${cursor === null ? '' : `&cursor=${cursor}`}`,
      )
      expect(status, JSON.stringify(body)).toBe(200)
      pages.push(idsOf(body.items))
      cursor = body.nextCursor
      await meanwhile()
    } while (cursor !== null)
    return pages
  }

  const exported = async (query: string) => {
    const { body } = await auditor.get(`${LIST}/export?${query}`)
    return body === null
      ? []
      : idsOf(
          body
            .trimEnd()
            .split('\n')
            .map((line: string) => JSON.parse(line)),
        )
  }

  const FILTERS = [
    ['by one action', () => `actor=${granter.id}&action=role.granted`, `action = 'role.granted'`],
    ['by several actions', () => `actor=${granter.id}&action=role.`, `action LIKE 'role.%'`],
    [
      'by outcome, too',
      () => `actor=${granter.id}&action=role.&outcome=done&targetType=member`,
      `action LIKE 'role.%'`,
    ],
  ] as const

  test.each(FILTERS)(
    'gives each of them once while others arrive, and goes on through pages without any: %s',
    async (_, query, condition) => {
      const meant = await meantBy(`actor_account_id = '${granter.id}' AND ${condition}`)
      expect(meant.length).toBeGreaterThanOrEqual(8)
      const pages = await pagesOf(query(), async () => {
        await addEvents(2, { at: `${server.clock()} + i`, action: `'role.granted'`, actor: `'${granter.id}'` })
      })
      expect(pages.flat()).toEqual(meant)
      expect(pages.slice(0, -1)).toContainEqual([])
      expect(Math.max(...pages.map(({ length }) => length))).toBe(2)
    },
  )

  test.each(FILTERS)('exports all of them, oldest first: %s', async (_, query, condition) => {
    const meant = await meantBy(`actor_account_id = '${granter.id}' AND ${condition}`)
    expect(await exported(query())).toEqual(meant.reverse())
  })

  test('stays within the time that is asked for', async () => {
    const [from, to] = [start + 3000, start + 6000]
    const time = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`
    const query = `actor=${granter.id}&action=role.granted&${time}`
    const meant = await meantBy(
      `actor_account_id = '${granter.id}' AND action = 'role.granted' AND at >= ${from} AND at < ${to}`,
    )
    expect(meant.length).toBeGreaterThan(2)
    expect((await pagesOf(query)).flat()).toEqual(meant)
    expect(await exported(query)).toEqual(meant.toReversed())
  })

  test('comes to the end of filters that never agree', async () => {
    const query = `actor=${guest.id}&targetType=member&action=session.created`
    const pages = await pagesOf(query)
    expect(pages.flat()).toEqual([])
    expect(pages.length).toBeGreaterThan(1)
    expect(await exported(query)).toEqual([])
  })
})
