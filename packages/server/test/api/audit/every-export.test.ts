import { expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('An export', (engine) => {
  const server = useServer(engine)

  /** Every operation that answers with a file rather than with a page of a list. */
  async function exports(): Promise<readonly string[]> {
    const { paths } = (await server.anonymous.get('/openapi.json')).body
    // biome-ignore lint/suspicious/noExplicitAny: a JSON document
    return Object.entries<any>(paths).flatMap(([path, { get }]) => {
      const types = Object.keys(get?.responses['200']?.content ?? {})
      return types.some((type) => type === 'text/csv' || type === 'application/x-ndjson') ? [path] : []
    })
  }

  test('of whatever leaves one event: who took it, from where, and what was asked for', async () => {
    const all = await exports()
    expect(all).toEqual(expect.arrayContaining(['/api/v1/members/export', '/api/v1/audit-events/export']))
    const auditor = await server.member({ roles: ['Administrator', 'Auditor'] })
    for (const path of all) {
      const before = await server.count('audit_event')
      expect((await auditor.get(path)).status, path).toBe(200)
      expect(await server.count('audit_event'), path).toBe(before + 1)
      const [event] = (await auditor.get('/api/v1/audit-events?limit=1')).body.items
      expect(event).toMatchObject({
        action: expect.stringMatching(/^(member|audit)\.exported$/),
        actor: { accountId: auditor.id },
        address: '127.0.0.1',
        credential: { type: 'session' },
        detail: { filter: {} },
      })
    }
  })

  test('of members says which were asked for', async () => {
    await server.administrator.get('/api/v1/members/export?status=deactivated&q=ada')
    const { items } = (await server.administrator.get('/api/v1/audit-events?action=member.exported&limit=1')).body
    expect(items[0].detail).toEqual({ filter: { status: 'deactivated', q: 'ada' } })
  })

  test('that is refused, or only asked about, leaves none', async () => {
    const member = await server.member()
    for (const path of await exports()) {
      expect((await nothingHappens(server, () => member.get(path), ['audit_event'])).status).toBe(403)
      const asked = await nothingHappens(server, () => server.administrator.request('HEAD', path))
      expect(asked.status).toBe(405)
    }
    const { items } = (await server.administrator.get(`/api/v1/audit-events?actor=${member.id}`)).body
    expect(items.map(({ action }: { action: string }) => action)).not.toContain('member.exported')
  })
})
