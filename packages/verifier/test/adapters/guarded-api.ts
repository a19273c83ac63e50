import type { Credential, Verifier } from '@ramp/verifier'
import { createVerifier, generateToken } from '@ramp/verifier'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Actor, type Member, TokenHolder } from '../../../server/test/support/actors.ts'
import { send } from '../../../server/test/support/http-client.ts'
import { useServer } from '../../../server/test/support/test-app.ts'
import { useVerifier } from '../../../server/test/support/verifiers.ts'

/** What each of the APIs says of its caller: all that is on the request, by its types. */
export function callerOf({ account, token, permissions }: Credential) {
  return { id: account.id, username: account.username, tokenId: token.id, mayRead: permissions.has('templates:read') }
}

/**
 * An API on a free port of loopback. `GET /caller` takes any token, `GET /templates` and `POST /templates` take `templates:read`;
 * all answer {@link callerOf}.
 */
export type StartApi = (verifier: Verifier) => Promise<{ readonly origin: string; close(): Promise<void> }>

/** What the adapter of every framework has to do, before a real server. */
export function describeAdapter(framework: string, start: StartApi): void {
  describe(`requireToken for ${framework}`, () => {
    const server = useServer('sqlite')
    const verifier = useVerifier(server)
    let api: Awaited<ReturnType<StartApi>>
    let owner: Member
    let script: TokenHolder

    const CHALLENGE = 'Bearer realm="ramp"'
    const problem = (status: number, code: string, title: string, more = {}) => ({
      status,
      body: { type: `urn:ramp:problem:${code}`, title, status, code, ...more },
    })

    beforeAll(async () => {
      api = await start(verifier)
      owner = await server.member({ roles: ['GlobalTemplateViewer'] })
      script = await owner.token()
    })
    afterAll(() => api?.close())

    const at = (holder: TokenHolder) => new TokenHolder(api.origin, holder)

    test('says on the request who calls, with which token, and what it may do', async () => {
      const caller = { id: owner.id, username: owner.username, tokenId: script.id, mayRead: true }
      for (const path of ['/caller', '/templates'])
        expect(await at(script).get(path)).toMatchObject({ status: 200, body: caller })
    })

    test('leaves the body to the handler', async () => {
      expect((await at(script).post('/templates', { name: 'x'.repeat(50_000) })).status).toBe(200)
    })

    test('answers a call without a token with a challenge that names no error', async () => {
      const expected = problem(401, 'authentication_required', 'A credential is required.')
      for (const authorization of [undefined, 'Basic YTpi', 'Bearer', script.secret]) {
        const refused = await new Actor(api.origin).get('/templates', authorization ? { authorization } : {})
        expect(refused).toMatchObject(expected)
        expect(refused.headers['www-authenticate']).toBe(CHALLENGE)
        expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/)
      }
    })

    test('takes neither of two credentials', async () => {
      const real = `Bearer ${script.secret}`
      for (const Authorization of [
        [real, real],
        [real, 'Bearer x'],
        ['Bearer x', real],
      ]) {
        const refused = await send(api.origin, 'GET', '/caller', { headers: { Authorization } })
        expect(refused).toMatchObject({ status: 401, body: { code: 'authentication_required' } })
      }
    })

    test('answers what is none of RAMP’s tokens with invalid_token, malformed or unknown alike', async () => {
      const unknown = generateToken('ramp', 'pat').text
      for (const token of ['x', `${script.secret}x`, unknown]) {
        const refused = await new Actor(api.origin).get('/templates', { authorization: `Bearer ${token}` })
        expect(refused).toMatchObject(problem(401, 'token_invalid', 'The token is not valid.'))
        expect(refused.headers['www-authenticate']).toBe(
          `${CHALLENGE}, error="invalid_token", error_description="The token is not valid"`,
        )
        expect(JSON.stringify(refused.body)).not.toContain(token)
      }
    })

    test('refuses a revoked token at the next call', async () => {
      const revoked = await owner.token()
      await verifier.warm(revoked)
      expect((await at(revoked).get('/templates')).status).toBe(200)
      expect((await owner.delete(`/api/v1/tokens/${revoked.id}`)).status).toBe(204)
      const refused = await at(revoked).get('/templates')
      expect(refused).toMatchObject(problem(401, 'token_revoked', 'The token was revoked.'))
      expect(refused.headers['www-authenticate']).toBe(
        `${CHALLENGE}, error="invalid_token", error_description="The token was revoked"`,
      )
    })

    test('names the permission that is lacking', async () => {
      const narrowed = await owner.tokenWith('own-tokens:read')
      expect((await at(narrowed).get('/caller')).body).toMatchObject({ id: owner.id, mayRead: false })
      const refused = await at(narrowed).get('/templates')
      const detail = 'This needs the permission templates:read.'
      const title = 'The credential lacks a permission that this needs.'
      expect(refused).toMatchObject(problem(403, 'insufficient_permissions', title, { detail }))
      expect(refused.headers['www-authenticate']).toBe(
        `${CHALLENGE}, error="insufficient_scope", scope="templates:read"`,
      )
    })

    test('keeps a token to its addresses, and reports from where and by what it was used', async () => {
      const here = await owner.token({ allowedAddresses: ['127.0.0.0/8'] })
      const there = await owner.token({ allowedAddresses: ['192.0.2.0/24'] })
      await expect
        .poll(async () => {
          expect((await at(here).get('/caller', { 'user-agent': 'curl/8.5.0' })).status).toBe(200)
          return (await owner.get(`/api/v1/tokens/${here.id}`)).body
        })
        .toMatchObject({ lastUsedAddress: '127.0.0.1', lastUsedClient: 'curl/8.5.0' })
      const refused = await at(there).get('/caller', { 'x-forwarded-for': '192.0.2.7' })
      expect(refused).toMatchObject(problem(403, 'address_not_allowed', 'The token may not be used from this address.'))
      expect(refused.headers['www-authenticate']).toBeUndefined()
    })

    test('says that it is RAMP which cannot be asked, and when to try again', async () => {
      const alone = createVerifier({ url: await nothingListens(), token: 'x' })
      const cutOff = await start(alone)
      try {
        const refused = await new TokenHolder(cutOff.origin, script).get('/templates')
        expect(refused).toMatchObject(problem(503, 'verification_unavailable', 'The token cannot be checked now.'))
        expect(refused.headers['retry-after']).toBe('1')
        expect(refused.headers['www-authenticate']).toBeUndefined()
      } finally {
        await cutOff.close()
        await alone.close()
      }
    })
  })
}

async function nothingListens(): Promise<string> {
  const { createServer } = await import('node:net')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}
