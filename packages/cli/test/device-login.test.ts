import { writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { generateToken } from '@ramp/verifier'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Member } from '../../server/test/support/actors.ts'
import { useServer } from '../../server/test/support/test-app.ts'
import { otherServer } from './support/other-server.ts'
import { openShell } from './support/ramp.ts'

describe('ramp login', () => {
  const server = useServer('sqlite')
  let owner: Member
  beforeAll(async () => {
    owner = await server.member()
  })

  const CODE = /\n {2}([A-Z]{4}-[A-Z]{4})\n/
  const decide = (code: string, decision: 'approve' | 'deny') =>
    owner.post(`/api/v1/device-authorizations/${code}/${decision}`)
  const activeTokens = async () => (await owner.get('/api/v1/tokens')).body.items

  test.concurrent('shows a code and an address, and has a token of its own once a person has approved', async () => {
    const shell = openShell({ RAMP_URL: server.origin })
    const login = shell.start('login')
    const code = await login.said(CODE)
    expect(login.stderr.join('')).toContain(`Open ${server.origin}/_settings/authorize in a browser`)
    expect((await decide(code, 'approve')).status).toBe(204)
    const { code: exitCode, stdout, stderr } = await login.exited
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
    expect(stderr).toContain(`Signed in at ${server.origin} as ${owner.username}`)
    expect(stderr).not.toMatch(/ramp_pat_\w{13}/)

    const { credential } = (await shell.ramp('whoami --json')).json()
    const made = (await activeTokens()).find(({ id }: { id: string }) => id === credential.tokenId)
    expect(made.name).toContain(hostname().slice(0, 60))
  })

  test.concurrent('ends without a credential once a person has denied', async () => {
    const shell = openShell({ RAMP_URL: server.origin })
    const login = shell.start('login')
    await decide(await login.said(CODE), 'deny')
    const { code, stderr } = await login.exited
    expect(code).toBe(1)
    expect(stderr).toMatch(/^ramp: .+ \(access_denied\)$/m)
    expect((await shell.ramp('whoami')).code).toBe(3)
  })

  test.concurrent('revokes the token that was made if it cannot be kept', async () => {
    const shell = openShell({ RAMP_URL: server.origin })
    const login = shell.start('login')
    const code = await login.said(CODE)
    writeFileSync(join(shell.folder, 'ramp'), 'in the way')
    const person = await server.member()
    await person.post(`/api/v1/device-authorizations/${code}/approve`)
    const { code: exitCode, stderr } = await login.exited
    expect(exitCode).toBe(5)
    expect(stderr).toContain('credentials.json cannot be')
    const { items } = (await person.get('/api/v1/tokens?status=all')).body
    expect(items).toMatchObject([{ status: 'revoked' }])
  })

  test('does not begin if there is no place to keep the credential', async () => {
    const asked: string[] = []
    const url = await otherServer((req, res) => {
      asked.push(req.url ?? '')
      res.end()
    })
    const shell = openShell({ RAMP_URL: url })
    writeFileSync(join(shell.folder, 'ramp'), 'in the way')
    expect((await shell.ramp('login')).code).toBe(5)
    expect(asked).toEqual([])
  })

  test.concurrent('polls no faster than it is told, and slower when it is told so', async () => {
    const { text } = generateToken('ramp', 'pat')
    const polls: number[] = []
    const oauthError = (error: string) => ({ error, error_description: error, code: error, requestId: 'r' })
    const url = await otherServer((req, res) => {
      const answer = (status: number, body: object) => {
        res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      }
      if (req.url === '/oauth2/device_authorization') {
        const codes = { device_code: 'd', user_code: 'BCDF-GHJK', verification_uri: 'http://x', expires_in: 60 }
        return answer(200, { ...codes, verification_uri_complete: 'http://x', interval: 1 })
      }
      if (req.url === '/api/v1/me') return answer(200, { account: { username: 'ada' } })
      polls.push(performance.now())
      if (polls.length === 1) return answer(400, oauthError('authorization_pending'))
      if (polls.length === 2) return answer(400, oauthError('slow_down'))
      answer(200, { access_token: text, token_type: 'Bearer', scope: '' })
    })
    const login = await openShell({ RAMP_URL: url }).ramp('login')
    expect(login.code, login.stderr).toBe(0)
    const [first = 0, second = 0, third = 0] = polls
    // Node's timers are early by up to a millisecond.
    expect(second - first).toBeGreaterThan(990)
    expect(third - second).toBeGreaterThan(5990)
  })
})
