import { beforeAll, describe, expect, test } from 'vitest'
import { type Member, newName, type TokenHolder } from '../../server/test/support/actors.ts'
import { useServer } from '../../server/test/support/test-app.ts'
import { openShell, type Shell } from './support/ramp.ts'

const DAY_MS = 86_400_000

describe('ramp tokens', () => {
  const server = useServer('sqlite')
  let owner: Member
  let script: TokenHolder
  let shell: Shell

  beforeAll(async () => {
    owner = await server.member({ roles: ['GlobalTemplateViewer'] })
    script = await owner.token({ name: 'command line' })
    shell = openShell({ RAMP_URL: server.origin, RAMP_TOKEN: script.secret })
  })

  const sessions = async () => (await owner.get('/api/v1/me/sessions')).body.items.length

  test('create asks for the password, prints the secret alone on standard output, and ends its session', async () => {
    const before = await sessions()
    const name = newName('token')
    const options = ['--expires', '2099-12-31', '--permission', 'templates:read', '--address', '127.0.0.0/8']
    const created = await shell.ramp(['tokens', 'create', '--name', name, ...options], { stdin: `${owner.password}\n` })
    expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ramp_pat_[0-9A-Za-z]{50}\n$/) })
    expect(created.stderr).toContain(name)
    expect(created.stderr).not.toContain('ramp_pat_')

    const id = created.stdout.slice(9, 21)
    const { body } = await owner.get(`/api/v1/tokens/${id}`)
    expect(body).toMatchObject({
      name,
      expiresAt: '2099-12-31T23:59:59.999Z',
      permissions: ['templates:read'],
      allowedAddresses: ['127.0.0.0/8'],
    })
    expect(await sessions()).toBe(before)
    const whoami = await shell.ramp('whoami --json', { env: { RAMP_TOKEN: created.stdout.trim() } })
    expect(whoami.json().account).toMatchObject({ id: owner.id, permissions: ['templates:read'] })
  })

  test('create works without any credential, with --json as the API answers', async () => {
    const fresh = openShell({ RAMP_URL: server.origin })
    const words = ['tokens', 'create', '--name', newName('token'), '--username', owner.username, '--json']
    const created = await fresh.ramp(words, { stdin: owner.password })
    expect(created.code).toBe(0)
    expect(created.json()).toEqual({
      secret: expect.stringMatching(/^ramp_pat_/),
      token: expect.objectContaining({ kind: 'pat' }),
    })
  })

  test('create with a wrong password makes nothing, says why, and does not show it', async () => {
    const before = await server.count('token')
    const created = await shell.ramp(['tokens', 'create', '--name', 'x'], { stdin: 'not my password\n' })
    expect(created).toMatchObject({ code: 3, stdout: '' })
    expect(created.stderr).toMatch(/\(sign_in_failed\)\n$/)
    expect(created.stderr).not.toContain('not my password')
    expect(await server.count('token')).toBe(before)
  })

  test('a refusal names the field and the code, and the session is ended all the same', async () => {
    const before = await sessions()
    const created = await shell.ramp(['tokens', 'create', '--name', 'command line'], { stdin: owner.password })
    expect(created).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/\(token_name_taken\)\n$/) })
    const past = await shell.ramp(['tokens', 'create', '--name', 'y', '--expires', '2001-01-01'], {
      stdin: owner.password,
    })
    expect(past).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('expiresAt: The expiration must be in the future.'),
    })
    expect(await sessions()).toBe(before)
  })

  test('list shows when in words, and with --json exactly what the API has', async () => {
    const reader = await server.member()
    const holder = await reader.token({ name: 'never used' })
    const env = { RAMP_TOKEN: (await reader.token({ name: 'the list' })).secret }
    const { body } = await holder.get('/api/v1/tokens')
    const json = (await shell.ramp('tokens list --json', { env })).json()
    expect(
      json.map(({ id, name, createdAt }: { id: string; name: string; createdAt: string }) => [id, name, createdAt]),
    ).toEqual(
      body.items.map(({ id, name, createdAt }: { id: string; name: string; createdAt: string }) => [
        id,
        name,
        createdAt,
      ]),
    )
    expect(Object.keys(json[0]).sort()).toEqual(Object.keys(body.items[0]).sort())

    const { stdout } = await shell.ramp('tokens list', { env })
    expect(stdout).toMatch(/^ID +NAME +STATUS +CREATED +EXPIRES +LAST USED +FROM\n/)
    expect(stdout).toMatch(/the list +active +just now +never +just now +127\.0\.0\.1\n/)
    expect(stdout).not.toContain('\u001b')
  })

  test('list reads every page, or as many as are asked for', async () => {
    const many = await server.member()
    const first = await many.token({ name: 'number 0' })
    for (let each = 1; each < 205; each++) await many.token({ name: `number ${each}` })
    const env = { RAMP_TOKEN: first.secret }
    expect((await shell.ramp('tokens list --json', { env })).json()).toHaveLength(205)
    expect((await shell.ramp('tokens list --json --limit 3', { env })).json()).toHaveLength(3)
    const none = await shell.ramp('tokens list --status revoked', { env })
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'No tokens.\n' })
    expect((await shell.ramp('tokens list --status revoked --json', { env })).json()).toEqual([])
  })

  test('show takes the id and the public name', async () => {
    const { body } = await owner.get(`/api/v1/tokens/${script.id}`)
    const shown = (await shell.ramp(`tokens show ramp_pat_${script.id} --json`)).json()
    expect(shown).toMatchObject({ id: script.id, name: body.name, createdAt: body.createdAt })
    expect(Object.keys(shown).sort()).toEqual(Object.keys(body).sort())
    const { stdout } = await shell.ramp(`tokens show ${script.id}`)
    expect(stdout).toMatch(/permissions +all of the account\n/)
    expect((await shell.ramp('tokens show 000000000000')).stderr).toMatch(/\(token_not_found\)/)
  })

  test('rotating the saved credential puts the new secret in its place, unseen', async () => {
    const holder = await owner.token({ expiresAt: new Date(Date.now() + 30 * DAY_MS).toISOString() })
    const own = openShell({ RAMP_URL: server.origin })
    await own.ramp('login --with-token', { stdin: holder.secret })
    const rotated = await own.ramp(`tokens rotate ${holder.id} --overlap 0`)
    expect(rotated).toMatchObject({ code: 0, stdout: '' })
    expect(rotated.stderr).not.toMatch(/ramp_pat_/)
    expect((await holder.get('/api/v1/me')).status).toBe(401)
    const whoami = await own.ramp('whoami --json')
    expect(whoami.code).toBe(0)
    expect(whoami.json().credential.tokenId).not.toBe(holder.id)
  })

  test('rotating another token takes the password', async () => {
    const other = await owner.token()
    const refused = await shell.ramp(`tokens rotate ${other.id}`, { stdin: 'wrong' })
    expect(refused.code).toBe(3)
    expect((await other.get('/api/v1/me')).status).toBe(200)
    const rotated = await shell.ramp(`tokens rotate ${other.id} --overlap 0`, { stdin: owner.password })
    expect(rotated).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ramp_pat_[0-9A-Za-z]{50}\n$/) })
    expect((await other.get('/api/v1/me')).status).toBe(401)
  })

  test('revoke ends a token at once; the saved one is forgotten, too', async () => {
    const other = await owner.token()
    expect((await shell.ramp(`tokens revoke ${other.id}`)).code).toBe(0)
    expect((await other.get('/api/v1/me')).status).toBe(401)

    const holder = await owner.token()
    const own = openShell({ RAMP_URL: server.origin })
    await own.ramp('login --with-token', { stdin: holder.secret })
    expect((await own.ramp(`tokens revoke ${holder.id}`)).code).toBe(0)
    expect((await own.ramp('whoami')).stderr).toContain('Not signed in')
  })
})
