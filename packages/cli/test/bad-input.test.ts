import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { join } from 'node:path'
import { generateToken } from '@ramp/verifier'
import { describe, expect, test } from 'vitest'
import { deadAddress, listen, otherServer } from './support/other-server.ts'
import { openShell, temporaryFolder } from './support/ramp.ts'
import { SELF_SIGNED } from './support/self-signed.ts'

const TOKEN = generateToken('ramp', 'pat')

describe('A secret', () => {
  test.each([
    ['tokens', 'show', TOKEN.text],
    ['login', `--token=${TOKEN.text}`],
    ['whoami', '--url', `http://${TOKEN.text}@127.0.0.1:1`],
    [TOKEN.text],
    ['explain', `old_${generateToken('acme', 'service').text}`],
  ])('among the arguments is refused, with the reason and without the secret (%#)', async (...words) => {
    const answer = await openShell().ramp(words.filter((word) => word !== undefined))
    expect(answer).toMatchObject({ code: 2, stdout: '' })
    expect(answer.stderr).toMatch(/^ramp: An argument holds the token \w+_(pat|sat)_\w{12}: .+ standard input/)
    expect(answer.stderr).not.toMatch(/[0-9A-Za-z]{30}/)
  })

  test('is in the arguments of no process while a command runs', async () => {
    const seen: string[] = []
    const url = await otherServer((_req, res) => {
      seen.push(...argumentsOfAllProcesses())
      res.writeHead(401).end()
    })
    const shell = openShell({ RAMP_URL: url })
    await shell.ramp('login --with-token', { stdin: TOKEN.text })
    await shell.ramp(['tokens', 'create', '--name', 'x', '--username', 'ada'], { stdin: 'a password nobody sees' })
    expect(seen.length).toBeGreaterThan(2)
    expect(seen.filter((each) => each.includes(TOKEN.text) || each.includes('nobody sees'))).toEqual([])
  })

  test('in RAMP_TOKEN that is no token is not quoted', async () => {
    const answer = await openShell({ RAMP_TOKEN: 'hunter2hunter2', RAMP_URL: 'http://127.0.0.1:1' }).ramp('whoami')
    expect(answer).toMatchObject({ code: 2, stderr: 'ramp: RAMP_TOKEN is not a token: mistyped, or cut off?\n' })
  })

  function argumentsOfAllProcesses(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((id) => {
        try {
          return readFileSync(`/proc/${id}/cmdline`, 'utf8')
        } catch {
          // Ended meanwhile.
          return []
        }
      })
  }
})

describe('A command that is not given as it has to be', () => {
  test.each([
    ['nothing', 'There is no such command.'],
    ['tokens', /^ramp <command>/],
    ['tokens nothing', 'There is no such command. See "ramp tokens --help".'],
    ['constructor', 'There is no such command.'],
    ['tokens list --nothing', 'There is no option --nothing.'],
    ['tokens list --__proto__ x', 'There is no option --__proto__.'],
    ['tokens list --status odd', '--status is one of active, expired, revoked, all.'],
    ['tokens list --status', '--status takes a value.'],
    ['tokens list --json=yes', '--json takes no value.'],
    ['tokens list --limit 0', '--limit is a whole number above zero.'],
    ['tokens list more', 'There are more arguments than it takes.'],
    ['tokens show', '<id> is missing.'],
    ['tokens show not-an-id', 'A token is named by its id'],
    ['tokens create', '--name is missing.'],
    ['tokens create --name a --name b', '--name is given twice.'],
    ['groups add staff', 'Give one of --member, --service-account and --group.'],
    ['groups add staff --member a --group b', 'Give one of --member, --service-account and --group.'],
    ['whoami --url ftp://127.0.0.1', '--url is not the address of a server'],
    ['whoami --url http://ada:secret@127.0.0.1', '--url is not the address of a server'],
    ['completion cmd.exe', 'There is completion for bash, zsh, fish.'],
    ['scan --prefix Not_One', '--prefix is no prefix of tokens.'],
    ['scan no/such/folder', 'There is no such file or folder to scan.'],
  ])('ramp %s', async (words, sentence) => {
    const answer = await openShell({ RAMP_TOKEN: TOKEN.text, RAMP_URL: 'http://127.0.0.1:1' }).ramp(words)
    expect(answer.code).toBe(2)
    if (typeof sentence === 'string') {
      expect(answer.stdout).toBe('')
      expect(answer.stderr).toContain(`ramp: ${sentence}`)
      expect(answer.stderr.trimEnd().split('\n')).toHaveLength(1)
    } else expect(answer.stdout).toMatch(sentence)
  })
})

describe('Where no answer of RAMP comes', () => {
  const whoami = (url: string, env = {}) => openShell({ RAMP_URL: url, RAMP_TOKEN: TOKEN.text, ...env }).ramp('whoami')

  test('no server', async () => {
    const url = await deadAddress()
    expect(await whoami(url)).toMatchObject({
      code: 4,
      stdout: '',
      stderr: `ramp: No answer from ${url}: nothing listens there; is the server running? (ECONNREFUSED).\n`,
    })
  })

  test('no such host', async () => {
    const answer = await whoami('https://no-such-host.invalid')
    expect(answer.code).toBe(4)
    expect(answer.stderr).toMatch(
      /^ramp: No answer from https:\/\/no-such-host\.invalid: .+ \((ENOTFOUND|EAI_AGAIN)\)\.\n$/,
    )
  })

  test('a certificate that is not trusted, until its authority is named', async () => {
    const port = await listen(createTlsServer(SELF_SIGNED, (_req, res) => res.writeHead(401).end()))
    const url = `https://localhost:${port}`
    const refused = await whoami(url)
    expect(refused.code).toBe(4)
    expect(refused.stderr).toContain(`ramp: The certificate of ${url} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`)
    expect(refused.stderr).toContain('NODE_EXTRA_CA_CERTS')
    expect(refused.stderr).not.toContain(TOKEN.text)

    const authority = join(temporaryFolder(), 'authority.pem')
    writeFileSync(authority, SELF_SIGNED.cert)
    const trusted = await whoami(url, { NODE_EXTRA_CA_CERTS: authority })
    expect(trusted.stderr).toContain(`${url} answers with status 401`)
  })

  test('http where https is meant', async () => {
    const url = await otherServer((_req, res) => res.end())
    const answer = await whoami(url.replace('http:', 'https:'))
    expect(answer).toMatchObject({ code: 4, stderr: expect.stringContaining('it does not speak TLS; is it http?') })
  })

  test.each([200, 404, 502])('a page of something else, with status %i', async (status) => {
    const url = await otherServer((_req, res) =>
      res.writeHead(status, { 'content-type': 'text/html' }).end('<!doctype html><h1>Gateway of <b>someone</b></h1>'),
    )
    const answer = await whoami(url)
    expect(answer).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(/a proxy, or another server\?\n$/),
    })
    expect(answer.stderr).toContain(url)
    expect(answer.stderr).not.toContain('Gateway')
  })

  test('a JSON API that is not RAMP', async () => {
    const url = await otherServer((_req, res) => res.end('{"hello":"world"}'))
    const login = await openShell({ RAMP_URL: url }).ramp('login --with-token', { stdin: TOKEN.text })
    expect(login).toMatchObject({ code: 4, stderr: expect.stringContaining(`${url} answers`) })
  })

  test('a redirect, which is not followed', async () => {
    const asked: string[] = []
    const elsewhere = await otherServer((req, res) => {
      asked.push(req.url ?? '')
      res.end()
    })
    const url = await otherServer((_req, res) => res.writeHead(308, { location: elsewhere }).end())
    const answer = await whoami(url)
    expect(answer).toMatchObject({ code: 4, stderr: expect.stringContaining(`${url} sends elsewhere (status 308)`) })
    expect(asked).toEqual([])
  })

  test('a connection that is closed', async () => {
    const url = await otherServer((req) => req.socket.destroy())
    expect(await whoami(url)).toMatchObject({ code: 4, stderr: expect.stringContaining('the connection was closed') })
  })
})
