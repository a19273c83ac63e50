import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { PROBLEMS } from '../src/core/problem-catalogue.ts'
import { type Member, newName, type TokenHolder } from './support/actors.ts'
import { onBothEngines } from './support/databases.ts'
import type { Answer } from './support/http-client.ts'
import { useServer } from './support/test-app.ts'

/** Few enough for every run of the suite; raise it with FUZZ_RUNS to look for more. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 60)

interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
}

/** Every operation that takes a body; `openapi.test.ts` proves that the document is the one served. */
const OPERATIONS = Object.entries<Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>(
  JSON.parse(readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')).paths,
).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { requestBody }]) => {
    const schema = requestBody?.content['application/json']?.schema
    return schema ? [{ method: method.toUpperCase(), path, schema }] : []
  }),
)

/** A fuzz that never gets past the door tests the door only: of these, some bodies must be taken. */
const READ = /^(POST|PATCH) .*\/(tokens|members|groups|service-accounts)(\/\{\w+\})?$/

const NASTY = [
  '',
  ' ',
  '\u0000',
  '\uD800',
  '\uFFFF',
  '\u202E',
  'é',
  '𝔫',
  "' OR 1=1 --",
  '%00',
  '../',
  '{{7*7}}',
  '1e400',
  '-0',
  'null',
  '9999-99-99',
  '2099-02-30',
]

/** Texts that are odd: control characters, lone surrogates, far too long, or what other fields hold. */
const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.integer({ min: 90, max: 5000 }).map((length) => 'x'.repeat(length)),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
)

/** What fields take, so that some bodies get past the door: one odd value among good ones finds more than odd ones alone. */
const GOOD: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 }),
  expiresAt: fc.constantFrom(null, '2099-01-31', '2099-01-31T12:00:00+02:00'),
  permissions: fc.constantFrom(null, ['members:read'], ['audit:read', 'own-tokens:read']),
  allowedAddresses: fc.constantFrom(null, ['127.0.0.1'], ['10.0.0.0/8', '::/0']),
  username: fc.stringMatching(/^[\p{L}\p{N}]{5,40}$/u),
  email: fc.stringMatching(/^[a-z]{3,9}@[^\s@]{2,9}$/),
  firstName: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }),
  lastName: fc.string({ unit: 'grapheme', maxLength: 50 }),
  password: fc.string({ unit: 'binary', minLength: 8, maxLength: 40 }),
  roles: fc.constantFrom([], ['Auditor'], ['SuperUser', 'GlobalTemplateViewer']),
  status: fc.constantFrom('active', 'deactivated'),
  description: fc.string({ unit: 'grapheme', maxLength: 200 }),
  maintainers: fc.constant([]),
}

/** Values near what a schema asks for, and values far from it. */
function near(schema: Schema, name = ''): fc.Arbitrary<unknown> {
  const [type] = [schema.type].flat()
  const fitting = (): fc.Arbitrary<unknown> => {
    if (schema.enum) return fc.constantFrom(...schema.enum)
    if (type === 'array') return fc.array(near(schema.items ?? {}), { maxLength: 5 })
    return oddText
  }
  return fc.oneof(
    { weight: 20, arbitrary: GOOD[name] ?? fitting() },
    { weight: 3, arbitrary: fitting() },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  )
}

/** Bodies with the fields that a schema names, all or some, and now and then something else altogether. */
function bodyNear(schema: Schema): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, each]) => [name, near(each, name)]),
  )
  return fc.oneof(
    { weight: 8, arbitrary: fc.record(fields) },
    { weight: 4, arbitrary: fc.record(fields, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  )
}

const expectInOrder = (answer: Answer) => {
  expect(answer.status).toBeLessThan(500)
  if (answer.status >= 400) expect(Object.keys(PROBLEMS)).toContain(answer.body.code)
}

onBothEngines('Whatever is sent', (engine) => {
  const server = useServer(engine)
  let member: Member
  let script: TokenHolder

  beforeAll(async () => {
    member = await server.member()
    script = await server.administrator.token()
  })

  test('as Authorization, the answer is 401 or, far too long, 431', async () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
      maxLength: 200,
    })
    const spoilt = fc
      .tuple(fc.nat(script.secret.length - 1), printable)
      .map(([at, text]) => script.secret.slice(0, at) + text + script.secret.slice(at + 1))
    const scheme = fc.constantFrom('Bearer ', 'bearer  ', 'Basic ', '', 'Bearer', 'Bearer\t', 'Digest ', ',Bearer ')
    const credential = fc.oneof(
      printable,
      spoilt,
      fc.constant(script.secret.toUpperCase()),
      fc.nat(20_000).map((n) => 'a'.repeat(n)),
    )
    await fc.assert(
      fc.asyncProperty(scheme, credential, async (before, text) => {
        const value = `${before}${text}`
        fc.pre(text !== script.secret && !/[\u007f]/.test(value))
        const { status, headers, body } = await server.anonymous.get('/api/v1/me', { authorization: value })
        expect([401, 431]).toContain(status)
        if (status === 401) expect(headers['www-authenticate']).toMatch(/^Bearer realm="ramp"/)
        expect(Object.keys(PROBLEMS)).toContain(body.code)
      }),
      { numRuns: 2 * RUNS },
    )
    expect((await script.get('/api/v1/me')).status).toBe(200)
  })

  /** Something of one's own that a path names. */
  async function targetOf(path: string): Promise<string> {
    const { administrator } = server
    const make = async (address: string) => (await administrator.post(address, { name: newName('target') })).body
    if (path.includes('/groups/{id}')) return path.replace('{id}', (await make('/api/v1/groups')).id)
    if (path.includes('/members/{id}')) return path.replace('{id}', member.id)
    if (!path.includes('/service-accounts/{id}')) return path.replace('{id}', (await administrator.token()).id)
    const { id } = await make('/api/v1/service-accounts')
    const target = path.replace('{id}', id)
    if (!path.includes('{tokenId}')) return target
    return target.replace('{tokenId}', (await make(`/api/v1/service-accounts/${id}/tokens`)).token.id)
  }

  test.each(OPERATIONS)(
    'as a body of $method $path, it is taken or refused, never a failure',
    async ({ method, path, schema }) => {
      const target = await targetOf(path)
      let taken = 0
      await fc.assert(
        fc.asyncProperty(bodyNear(schema), async (body) => {
          const answer = await server.administrator.request(method, target, { body: JSON.stringify(body) })
          expectInOrder(answer)
          if (answer.status < 300) taken++
        }),
        { numRuns: RUNS },
      )
      if (READ.test(`${method} ${path}`)) expect(taken).toBeGreaterThan(0)
    },
  )

  test('as bytes of a body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expectInOrder(await server.administrator.request('POST', '/api/v1/tokens', { body: Buffer.from(bytes) }))
      }),
      { numRuns: RUNS },
    )
  })

  test('as a query or a path', async () => {
    const cursor = fc.oneof(
      oddText,
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
    )
    const forged = fc
      .record({
        value: fc.oneof(fc.maxSafeInteger(), fc.double(), oddText),
        id: fc.oneof(fc.constant('a'.repeat(12)), oddText),
      })
      .map((position) => Buffer.from(JSON.stringify(position)).toString('base64url'))
    const text = oddText.map((value) => Buffer.from(value.slice(0, 100)).toString('utf8'))
    const query = fc.record(
      {
        q: text,
        cursor: fc.oneof(cursor, forged),
        sort: fc.oneof(text, fc.constantFrom('name', '-name', 'expiresAt')),
        limit: fc.oneof(text, fc.integer().map(String)),
      },
      { requiredKeys: [] },
    )
    const paths = ['/api/v1/tokens', '/api/v1/members', '/api/v1/audit-events', '/api/v1/tokens/', '/api/v1/members/']
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), query, text, async (path, parameters, part) => {
        const address = path.endsWith('/')
          ? `${path}${encodeURIComponent(part)}`
          : `${path}?${new URLSearchParams(parameters)}`
        expectInOrder(await server.administrator.get(address.slice(0, 8000)))
      }),
      { numRuns: 3 * RUNS },
    )
  })

  test.each(['/api/v1/members?', '/api/v1/tokens?sort=name&', '/api/v1/audit-events?'])(
    'as a cursor with a NUL in it: %s',
    async (path) => {
      for (const position of ['a\u0000', { value: 'a\u0000', id: 'a'.repeat(12) }, 2 ** 70]) {
        const cursor = Buffer.from(JSON.stringify(position)).toString('base64url')
        expect(await server.administrator.get(`${path}cursor=${cursor}`)).toMatchObject({
          status: 400,
          body: { code: 'validation_failed' },
        })
      }
    },
  )
})
