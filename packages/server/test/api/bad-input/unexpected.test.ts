import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

interface Operation {
  readonly requestBody?: unknown
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
}

onBothEngines('What a route does not understand', (engine) => {
  const server = useServer(engine)

  /** Every operation of the API, with ids that fit their form and name nothing. */
  async function operations(): Promise<{ method: string; path: string; operation: Operation }[]> {
    const { paths } = (await server.anonymous.get('/openapi.json')).body
    return Object.entries<Record<string, Operation>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path: path.replaceAll(/\{(\w+)\}/g, (_whole, name) => (name === 'role' ? 'Auditor' : crypto.randomUUID())),
        operation,
      })),
    )
  }

  test('in a body is refused, also where none is expected, and nothing happens', async () => {
    const { administrator } = server
    const member = await server.member()
    const script = await administrator.token()
    const { body: group } = await administrator.post('/api/v1/groups', { name: newName('group') })
    const calls = [
      ['PUT', `/api/v1/members/${member.id}/roles/Auditor`],
      ['PUT', `/api/v1/groups/${group.id}/members/${member.id}`],
      ['DELETE', `/api/v1/tokens/${script.id}`],
      ['DELETE', '/api/v1/session'],
    ] as const
    const bodies = [{ expiresAt: '2030-01-01T00:00:00Z' }, [], 'null']
    for (const [method, path] of calls) {
      for (const body of bodies) {
        const refused = await nothingHappens(server, () => administrator.request(method, path, { body }))
        expect(refused, `${method} ${path} ${JSON.stringify(body)}`).toMatchObject({
          status: 400,
          body: { code: 'validation_failed' },
        })
      }
    }
  })

  test('in a body is refused by every route of the API that takes none', async () => {
    const without = (await operations()).filter(
      ({ method, path, operation }) => method !== 'GET' && path.startsWith('/api/') && !operation.requestBody,
    )
    expect(without.length).toBeGreaterThan(15)
    for (const { method, path } of without) {
      const { status } = await server.administrator.request(method, path, { body: { expiresAt: 'never' } })
      expect([400, 403], `${method} ${path}`).toContain(status)
    }
  })

  test('is not a body that says nothing: none at all, or an empty object', async () => {
    const { administrator } = server
    const json = { 'content-type': 'application/json' }
    for (const [headers, body] of [
      [json, undefined],
      [json, ''],
      [{ ...json, 'content-length': '0' }, undefined],
      [json, '{}'],
      [json, ' { } '],
    ] as const) {
      const script = await administrator.token()
      const options = { headers, ...(body !== undefined && { body }) }
      const answer = await administrator.request('DELETE', `/api/v1/tokens/${script.id}`, options)
      expect(answer.status, JSON.stringify(options)).toBe(204)
    }
  })

  test('in a query is refused by every route of the API, and so is a parameter that is there twice', async () => {
    const all = (await operations()).filter(({ path }) => path.startsWith('/api/'))
    expect(all.length).toBeGreaterThan(60)
    for (const { method, path, operation } of all) {
      const body = operation.requestBody ? {} : undefined
      const unknown = await server.administrator.request(method, `${path}?forced=true`, { body })
      expect([400, 403], `${method} ${path}`).toContain(unknown.status)
      const [known] = (operation.parameters ?? []).filter(({ in: place }) => place === 'query')
      if (known === undefined) continue
      const twice = await server.administrator.request(method, `${path}?${known.name}=1&${known.name}=1`, { body })
      expect([400, 403], `${method} ${path} ${known.name}`).toContain(twice.status)
    }
  })
})
