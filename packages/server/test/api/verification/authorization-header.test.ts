import { generateToken } from '@ramp/verifier'
import { expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

const UNKNOWN = generateToken('ramp', 'pat').text
const swapped = (text: string) => `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`

const MALFORMED = [
  { why: 'empty', value: '' },
  { why: 'only the scheme', value: 'Bearer' },
  { why: 'only the scheme and blanks', value: 'Bearer   ' },
  { why: 'a checksum that fails', value: `Bearer ${swapped(UNKNOWN)}` },
  { why: 'another prefix', value: `Bearer ${generateToken('acme', 'pat').text}` },
  { why: 'a token and more', value: `Bearer ${UNKNOWN} ${UNKNOWN}` },
  { why: 'a token and a comma', value: `Bearer ${UNKNOWN},` },
  { why: 'a tab for a space', value: `Bearer\t${UNKNOWN}`, code: 'authorization_scheme_unsupported' },
  { why: 'a token in quotes', value: `Bearer "${UNKNOWN}"` },
  { why: 'no scheme', value: UNKNOWN, code: 'authorization_scheme_unsupported' },
  {
    why: 'Basic',
    value: `Basic ${Buffer.from(`x:${UNKNOWN}`).toString('base64')}`,
    code: 'authorization_scheme_unsupported',
  },
  { why: 'the scheme token', value: `token ${UNKNOWN}`, code: 'authorization_scheme_unsupported' },
  { why: 'a scheme that starts like ours', value: `Bearerx ${UNKNOWN}`, code: 'authorization_scheme_unsupported' },
  { why: '10,000 characters', value: `Bearer ${'a'.repeat(10_000)}` },
  { why: 'characters beyond ASCII', value: `Bearer ramp_pat_${'é'.repeat(50)}` },
]

onBothEngines('The Authorization header', (engine) => {
  const server = useServer(engine)

  test.each(MALFORMED)(
    'with $why is refused with a challenge, and nothing is looked up',
    async ({ value, code = 'token_invalid' }) => {
      const { statistics } = server.services.verifier
      const lookups = statistics.cacheHits + statistics.cacheMisses
      const refused = await server.anonymous.get('/api/v1/me', { authorization: Buffer.from(value).toString('latin1') })
      expect(refused).toMatchObject({ status: 401, body: { code } })
      expect(refused.headers['www-authenticate']).toMatch(/^Bearer realm="ramp"/)
      expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/)
      expect(statistics.cacheHits + statistics.cacheMisses).toBe(lookups)
      expect(JSON.stringify(refused.body)).not.toContain(UNKNOWN.slice(21))
    },
  )

  test('with a well-formed token that nobody has gets the answer of a malformed one', async () => {
    const { statistics } = server.services.verifier
    const misses = statistics.cacheMisses
    const unknown = await server.anonymous.get('/api/v1/me', { authorization: `Bearer ${UNKNOWN}` })
    expect(statistics.cacheMisses).toBeGreaterThan(misses)
    const malformed = await server.anonymous.get('/api/v1/me', { authorization: 'Bearer x' })
    expect(unknown.status).toBe(401)
    expect(unknown.headers['www-authenticate']).toBe(malformed.headers['www-authenticate'])
    expect({ ...unknown.body, requestId: '' }).toEqual({ ...malformed.body, requestId: '' })
    expect(malformed.body.code).toBe('token_invalid')
  })

  test('with a real id and another secret says no more than that of an unknown token, though it is revoked or expired', async () => {
    const script = await server.administrator.token()
    const forged = withSecretOf(script.secret)
    const before = await server.anonymous.get('/api/v1/me', { authorization: `Bearer ${forged}` })
    await server.administrator.delete(`/api/v1/tokens/${script.id}`)
    const after = await server.anonymous.get('/api/v1/me', { authorization: `Bearer ${forged}` })
    for (const { status, body } of [before, after])
      expect({ status, code: body.code }).toEqual({ status: 401, code: 'token_invalid' })
  })

  test.each(['Bearer ', 'bearer ', 'BEARER ', 'Bearer    '])(
    'takes the scheme in any case, with one blank or more: %j',
    async (scheme) => {
      const script = await server.administrator.token()
      expect((await server.anonymous.get('/api/v1/me', { authorization: `${scheme}${script.secret}` })).status).toBe(
        200,
      )
    },
  )

  test('sent twice is refused, whichever is real', async () => {
    const script = await server.administrator.token()
    const real = `Bearer ${script.secret}`
    for (const pair of [
      [real, real],
      [real, 'Bearer x'],
      ['Bearer x', real],
      ['Basic eDp5', real],
    ]) {
      const refused = await server.anonymous.get('/api/v1/me', { Authorization: pair })
      expect(refused).toMatchObject({ status: 401, body: { code: 'token_invalid' } })
    }
  })

  test('absent asks for a credential, without saying that a token was wrong', async () => {
    const refused = await server.anonymous.get('/api/v1/me')
    expect(refused).toMatchObject({ status: 401, body: { code: 'authentication_required' } })
    expect(refused.headers['www-authenticate']).toBe('Bearer realm="ramp"')
  })

  test('that is refused ends the request: no cookie beside it is tried', async () => {
    const refused = await server.administrator.get('/api/v1/me', { authorization: 'Bearer x' })
    expect(refused).toMatchObject({ status: 401, body: { code: 'token_invalid' } })
    const basic = await server.administrator.get('/api/v1/me', { authorization: 'Basic eDp5' })
    expect(basic).toMatchObject({ status: 401, body: { code: 'authorization_scheme_unsupported' } })
  })

  test('longer than the server reads is answered, too, and the server goes on', async () => {
    const refused = await server.anonymous.get('/api/v1/me', { authorization: `Bearer ${'a'.repeat(40_000)}` })
    expect(refused).toMatchObject({ status: 431, body: { code: 'headers_too_large' } })
    expect((await server.administrator.get('/api/v1/me')).status).toBe(200)
  })
})

/** Another well-formed token with the same id: the checksum is no secret. */
function withSecretOf(text: string): string {
  const id = text.slice('ramp_pat_'.length, 'ramp_pat_'.length + 12)
  let drawn = 0
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const wanted = [...id].map((character) => digits.indexOf(character))
  return generateToken('ramp', 'pat', (length) => Uint8Array.from({ length }, () => wanted[drawn++] ?? 7)).text
}
