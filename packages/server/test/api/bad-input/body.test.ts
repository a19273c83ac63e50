import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const MALFORMED: [string, string | Buffer][] = [
  ['nothing', ''],
  ['half of an object', '{"name": "x"'],
  ['a trailing comma', '{"name": "x",}'],
  ['two values', '{"name": "x"}{}'],
  ['a form', 'name=x'],
  ['bytes that are no UTF-8', Buffer.from([...Buffer.from('{"name": "'), 0xff, 0xfe, ...Buffer.from('"}')])],
  ['UTF-8 that is cut off', Buffer.from('{"name": "é"}').subarray(0, 11)],
  ['an overlong NUL', Buffer.from([...Buffer.from('{"name": "'), 0xc0, 0x80, ...Buffer.from('"}')])],
  ['UTF-16', Buffer.from('{"name": "x"}', 'utf16le')],
  ['a key that reaches for the prototype', '{"name": "x", "__proto__": {"admin": true}}'],
  ['a constructor with a prototype', '{"name": "x", "constructor": {"prototype": {}}}'],
]

const WRONG_SHAPE = ['null', '[]', '[{"name": "x"}]', '"name"', '7', 'true']

onBothEngines('A body', (engine) => {
  const server = useServer(engine)
  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    nothingHappens(server, () => server.administrator.request('POST', '/api/v1/tokens', { body, headers }))

  test.each(MALFORMED)('of %s is malformed', async (_what, body) => {
    const refused = await post(body, { 'content-type': 'application/json' })
    expect(refused).toMatchObject({ status: 400, body: { code: 'malformed_json' } })
    expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/)
  })

  test.each(WRONG_SHAPE)('that is %s is not what was asked for', async (body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  })

  test('of 64 KiB is read, of one byte more is not', async () => {
    const name = newName('x')
    const sized = (bytes: number) => `${' '.repeat(bytes - JSON.stringify({ name }).length)}${JSON.stringify({ name })}`
    expect(await post(sized(64 * 1024 + 1))).toMatchObject({ status: 413, body: { code: 'body_too_large' } })
    const read = await server.administrator.request('POST', '/api/v1/tokens', { body: sized(64 * 1024) })
    expect(read.status).toBe(201)
  })

  test('larger than allowed is refused though its length was not said', async () => {
    const refused = await nothingHappens(server, () =>
      server.administrator.request('POST', '/api/v1/tokens', {
        body: 'x'.repeat(70_000),
        headers: { 'transfer-encoding': 'chunked' },
      }),
    )
    expect(refused).toMatchObject({ status: 413, body: { code: 'body_too_large' } })
  })

  test.each([
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'application/x-www-form-urlencoded',
    'nonsense',
  ])('of the type %s is not taken', async (type) => {
    const refused = await post('{"name": "x"}', { 'content-type': type })
    const isForm = type === 'application/x-www-form-urlencoded'
    expect(refused).toMatchObject(
      isForm
        ? { status: 400, body: { code: 'token_in_form' } }
        : { status: 415, body: { code: 'unsupported_media_type' } },
    )
  })

  test('absent where one is needed is refused', async () => {
    const refused = await nothingHappens(server, () => server.administrator.post('/api/v1/tokens'))
    expect(refused.status).toBe(400)
    expect(['validation_failed', 'malformed_json']).toContain(refused.body.code)
  })

  test('says of every field what is wrong, and repeats nothing that was sent', async () => {
    const canary = 'canary-value-that-may-be-a-secret'
    const refused = await post(
      JSON.stringify({
        name: { canary },
        permissions: canary,
        expiresAt: [canary],
        [`x-${canary}`.slice(0, 5)]: canary,
      }),
    )
    expect(refused.status).toBe(400)
    const faults = refused.body.errors.map(({ field, code }: { field: string; code: string }) => `${field} ${code}`)
    expect(faults.sort()).toEqual([
      'expiresAt wrong_type',
      'name wrong_type',
      'permissions wrong_type',
      'x-can unknown_field',
    ])
    expect(JSON.stringify(refused.body)).not.toContain(canary)
  })

  test('of valid JSON in UTF-8 is taken with a charset and any spelling of the type', async () => {
    for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset=UTF-8']) {
      const body = JSON.stringify({ name: newName('naïve ✓') })
      const read = await server.administrator.request('POST', '/api/v1/tokens', {
        body,
        headers: { 'content-type': type },
      })
      expect(read.status, type).toBe(201)
    }
  })
})
