import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { programOf } from '../../../packages/server/test/support/debian-programs.ts'
import { type Answer, send } from '../../../packages/server/test/support/http-client.ts'
import { startProgram } from '../../../packages/server/test/support/server-process.ts'

const program = fileURLToPath(new URL('../start.ts', import.meta.url))

describe('npm run example', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'runbooks-test-'))
  const nginx = programOf('nginx')
  const PATH = `${dirname(nginx.path)}:${process.env['PATH']}`
  const example = startProgram({ program, env: { ...nginx.env, PATH, RUNBOOKS_PORT: '0', TMPDIR: temporary } })
  let printed = ''
  const find = (pattern: RegExp) => pattern.exec(printed)?.[1] ?? ''

  beforeAll(async () => {
    const isThere = await Promise.race([example.printed(/(Ctrl-C)/), example.exited])
    if (typeof isThere !== 'string') throw new Error(`It ended: ${JSON.stringify(isThere)}`)
    printed = example.stdout.join('')
  })
  afterAll(async () => {
    example.kill('SIGTERM')
    await example.exited
    rmSync(temporary, { recursive: true })
  })

  const call = (way: string, method: string, path: string, token?: string, body?: object): Promise<Answer> => {
    const origin = find(new RegExp(`by ${way} +(http://[\\d.:]+)`))
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    return send(origin, method, path, { headers, ...(body && { body }) })
  }

  const WAYS = ['the library', 'introspection', 'nginx']

  test.each(WAYS)('lets Rita do what her roles allow, and no more, by %s', async (way) => {
    const [token, narrowed] = [find(/TOKEN=(\S+)/), find(/NARROWED=(\S+)/)]
    expect((await call(way, 'GET', '/templates', token)).body).toMatchObject([{ id: 1 }])
    const begun = await call(way, 'POST', '/instances', token, { templateId: 1 })
    expect(begun).toMatchObject({ status: 201, body: { id: 1, startedBy: 'rita' } })
    expect((await call(way, 'POST', '/instances/1/steps', token)).body.open).toHaveLength(2)

    const refused = await call(way, 'POST', '/templates', token, { name: 'x', steps: [] })
    expect(refused.status).toBe(403)
    expect(refused.headers['www-authenticate']).toContain('error="insufficient_scope", scope="templates:create"')
    expect((await call(way, 'GET', '/templates', token)).body).toHaveLength(1)
    expect((await call(way, 'GET', '/instances', narrowed)).status).toBe(403)
    expect((await call(way, 'GET', '/templates', narrowed)).status).toBe(200)

    const without = await call(way, 'GET', '/templates')
    expect(without.status).toBe(401)
    expect(without.headers['www-authenticate']).toMatch(/^Bearer realm="[a-z]+"$/)
    const mistyped = await call(way, 'GET', '/templates', `${token}x`)
    expect(mistyped.status).toBe(401)
    expect(mistyped.headers['www-authenticate']).toContain('error="invalid_token"')
  })

  test('takes nobody’s own word for who they are', async () => {
    const headers = { 'x-ramp-account': 'x', 'x-ramp-username': 'x', 'x-ramp-permissions': 'templates:read' }
    for (const way of WAYS) {
      const origin = find(new RegExp(`by ${way} +(http://[\\d.:]+)`))
      expect((await send(origin, 'GET', '/templates', { headers })).status).toBe(401)
    }
  })

  test('refuses a revoked token everywhere at the next request', async () => {
    const token = find(/TOKEN=(\S+)/)
    const headers = { authorization: `Bearer ${token}` }
    expect((await send(find(/RAMP +(http:\S+)/), 'DELETE', '/api/v1/tokens/current', { headers })).status).toBe(204)
    for (const way of WAYS) expect((await call(way, 'GET', '/templates', token)).status).toBe(401)
  })

  test('ends at Ctrl-C, and leaves nothing', async () => {
    example.kill('SIGINT')
    const { code, stderr } = await example.exited
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(readdirSync(temporary)).toEqual([])
  })
})
