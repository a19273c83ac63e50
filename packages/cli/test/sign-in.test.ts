import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Member, TokenHolder } from '../../server/test/support/actors.ts'
import { useServer } from '../../server/test/support/test-app.ts'
import { otherServer } from './support/other-server.ts'
import { openShell, type Shell } from './support/ramp.ts'

describe('ramp login, whoami and logout', () => {
  const server = useServer('sqlite')
  let owner: Member
  let script: TokenHolder

  beforeAll(async () => {
    owner = await server.member()
    script = await owner.token()
  })

  const signedIn = async (): Promise<Shell> => {
    const shell = openShell()
    const login = await shell.ramp(['login', '--with-token', '--url', server.origin], { stdin: `${script.secret}\n` })
    expect(login.code, login.stderr).toBe(0)
    return shell
  }

  test('a token from standard input is checked and kept where only its owner reads it', async () => {
    const shell = openShell()
    const login = await shell.ramp(['login', '--with-token', '--url', server.origin], { stdin: `${script.secret}\n` })
    expect(login).toMatchObject({ code: 0, stdout: '' })
    expect(login.stderr).toContain(`Signed in at ${server.origin} as ${owner.username}`)
    expect(login.stderr).not.toContain(script.secret)
    expect(statSync(shell.credentialsPath).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(shell.credentialsPath)).mode & 0o777).toBe(0o700)

    const whoami = await shell.ramp('whoami')
    expect(whoami.code).toBe(0)
    expect(whoami.stdout).toContain(owner.username)
    expect(whoami.stdout).toContain(`ramp_pat_${script.id}, saved by "ramp login"`)
    const { body } = await script.get('/api/v1/me')
    expect((await shell.ramp('whoami --json')).json()).toEqual(body)
  })

  test('a token that the server refuses is not kept', async () => {
    const revoked = await owner.token()
    await owner.delete(`/api/v1/tokens/${revoked.id}`)
    const shell = openShell({ RAMP_URL: server.origin })
    const login = await shell.ramp('login --with-token', { stdin: revoked.secret })
    expect(login).toMatchObject({ code: 3, stderr: expect.stringMatching(/^ramp: .+ \(token_revoked\)\n$/) })
    expect(existsSync(shell.credentialsPath)).toBe(false)
  })

  test.each(['', 'hunter2\n', 'ramp_pat_0123456789ABNotARealSecretNotARealSecret01230z64cA\n'])(
    'what is no token is not sent anywhere: %j',
    async (stdin) => {
      const requests: string[] = []
      const url = await otherServer((req, res) => {
        requests.push(req.url ?? '')
        res.end()
      })
      const login = await openShell().ramp(['login', '--with-token', '--url', url], { stdin })
      expect(login.code).toBe(2)
      expect(`${login.stdout}${login.stderr}`).not.toContain(stdin.trim() || 'undefined')
      expect(requests).toEqual([])
    },
  )

  test('RAMP_TOKEN wins over what is saved, and login says so', async () => {
    const shell = await signedIn()
    const other = await owner.token()
    const whoami = await shell.ramp('whoami --json', { env: { RAMP_TOKEN: other.secret } })
    expect(whoami.json().credential.tokenId).toBe(other.id)
    const login = await shell.ramp('login --with-token', { stdin: script.secret, env: { RAMP_TOKEN: other.secret } })
    expect(login.stderr).toContain('RAMP_TOKEN is set, and wins over it.')
  })

  test('a saved credential goes to its own server and to no other', async () => {
    const shell = await signedIn()
    const authorizations: (string | undefined)[] = []
    const url = await otherServer((req, res) => {
      authorizations.push(req.headers.authorization)
      res.end()
    })
    for (const answer of [
      await shell.ramp('whoami', { env: { RAMP_URL: url } }),
      await shell.ramp(['whoami', '--url', url]),
    ]) {
      expect(answer).toMatchObject({ code: 3, stderr: expect.stringContaining(`Not signed in at ${url}`) })
    }
    expect(authorizations).toEqual([])
  })

  test('without a credential, a command says how to get one', async () => {
    const answer = await openShell({ RAMP_URL: server.origin }).ramp('tokens list')
    expect(answer).toEqual({
      code: 3,
      stdout: '',
      stderr: `ramp: Not signed in at ${server.origin}: run "ramp login", or set RAMP_TOKEN.\n`,
      json: expect.anything(),
    })
  })

  test('logout forgets the credential and leaves the token alone', async () => {
    const shell = await signedIn()
    const logout = await shell.ramp('logout')
    expect(logout.stderr).toContain(`ramp_pat_${script.id} is still valid`)
    expect(readFileSync(shell.credentialsPath, 'utf8')).not.toContain(script.id)
    expect((await shell.ramp('whoami')).code).toBe(3)
    expect((await script.get('/api/v1/me')).status).toBe(200)
    expect((await shell.ramp('logout')).code).toBe(0)
  })

  test('logout --revoke ends the token, too', async () => {
    const ending = await owner.token()
    const shell = openShell({ RAMP_URL: server.origin })
    await shell.ramp('login --with-token', { stdin: ending.secret })
    expect((await shell.ramp('logout --revoke')).code).toBe(0)
    expect((await ending.get('/api/v1/me')).status).toBe(401)
    expect((await shell.ramp('whoami')).code).toBe(3)

    const ended = await owner.token()
    await shell.ramp('login --with-token', { stdin: ended.secret })
    await owner.delete(`/api/v1/tokens/${ended.id}`)
    expect((await shell.ramp('logout --revoke')).code).toBe(0)
    expect((await shell.ramp('whoami')).stderr).toContain('Not signed in')
  })

  test('another login names the token that it replaces', async () => {
    const shell = await signedIn()
    const next = await owner.token()
    const login = await shell.ramp('login --with-token', { stdin: next.secret })
    expect(login.stderr).toContain(`The one before, ramp_pat_${script.id}, is still valid there.`)
  })

  describe('A credentials file', () => {
    test('that others can read is not used', async () => {
      const shell = await signedIn()
      chmodSync(shell.credentialsPath, 0o644)
      const answer = await shell.ramp('whoami')
      expect(answer.code).toBe(5)
      expect(answer.stderr).toContain(`run "chmod 600 ${shell.credentialsPath}"`)
    })

    test.each(['', '{"servers":', '[]', '{"servers":{"http://x":{"token":1}}}', '{"current":7,"servers":{}}'])(
      'that is broken is said to be, and not quoted: %s',
      async (content) => {
        const shell = openShell({ RAMP_URL: server.origin })
        mkdirSync(dirname(shell.credentialsPath))
        writeFileSync(shell.credentialsPath, content, { mode: 0o600 })
        const answer = await shell.ramp('whoami')
        expect(answer).toMatchObject({
          code: 5,
          stderr: `ramp: ${shell.credentialsPath} is broken: delete it and run "ramp login".\n`,
        })
      },
    )

    test('that names a keyring says so where there is none', async () => {
      const shell = openShell({ RAMP_URL: server.origin })
      mkdirSync(dirname(shell.credentialsPath))
      const saved = { current: server.origin, servers: { [server.origin]: { keyring: true } } }
      writeFileSync(shell.credentialsPath, JSON.stringify(saved), { mode: 0o600 })
      const answer = await shell.ramp('whoami')
      expect(answer.code).toBe(5)
      expect(answer.stderr).toContain(
        `The token for ${server.origin} is in the keyring, which does not give it out here`,
      )
      expect((await shell.ramp('logout')).code).toBe(5)
      // A new login needs no old one.
      expect((await shell.ramp('login --with-token', { stdin: script.secret })).code).toBe(0)
      expect((await shell.ramp('whoami')).code).toBe(0)
    })

    test('that cannot be written is said to be, and nothing is left half done', async () => {
      const shell = openShell({ RAMP_URL: server.origin })
      // Where the folder would be there is a file: not even root makes one below it.
      writeFileSync(join(shell.folder, 'ramp'), '')
      const login = await shell.ramp('login --with-token', { stdin: script.secret })
      expect(login.code).toBe(5)
      expect(login.stderr).toMatch(/credentials\.json cannot be .+ \((ENOTDIR|EEXIST)\)/)
      expect(login.stderr).not.toContain(script.secret)
      const env = { RAMP_TOKEN: script.secret, RAMP_URL: server.origin }
      expect((await shell.ramp('whoami', { env })).code).toBe(0)
    })
  })
})
