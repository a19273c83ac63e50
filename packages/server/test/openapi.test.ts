import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ACCESS } from '../src/http/access.ts'
import { useServer } from './support/test-app.ts'

describe('The OpenAPI document', () => {
  const server = useServer('sqlite')

  test('in the repository is the one that the server serves: run "npm run generate" after a change', async () => {
    const stored: unknown = JSON.parse(readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8'))
    const served = await server.anonymous.get('/openapi.json')
    expect(served.headers['content-type']).toMatch(/^application\/json/)
    expect(served.body).toEqual(stored)
  })

  test('has every route of the API, with who may call it and what it takes', async () => {
    const { body } = await server.anonymous.get('/openapi.json')
    for (const [route, rule] of Object.entries(ACCESS)) {
      const [method = '', path = ''] = route.split(' ')
      if (!path.startsWith('/api/')) continue
      const operation = body.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
      expect(operation, route).toBeDefined()
      const schemes = operation.security.flatMap((each: object) => Object.keys(each)).sort()
      const expected = new Set(
        rule.by.filter((kind) => kind !== 'anonymous').map((kind) => (kind === 'session' ? kind : 'bearer')),
      )
      expect(schemes, route).toEqual([...expected].sort())
      if (rule.permission) expect(operation.description, route).toContain(`\`${rule.permission}\``)
    }
  })

  test('is shown at /docs without a script from anywhere else', async () => {
    const page = await server.anonymous.get('/docs/')
    expect(page.status).toBe(200)
    expect(page.body).not.toMatch(/(src|href)="https?:/)
    expect(page.headers['content-security-policy']).toMatch(/script-src [^;]*'self'/)
    expect(page.headers['content-security-policy']).not.toMatch(/script-src[^;]*'unsafe-inline'/)
  })
})
