import { beforeAll, describe, expect, test } from 'vitest'
import { type Member, newName } from '../../server/test/support/actors.ts'
import { addAuditEvents } from '../../server/test/support/audit-events.ts'
import { useServer } from '../../server/test/support/test-app.ts'
import { openShell, type Shell } from './support/ramp.ts'

describe('The commands of administrators', () => {
  const server = useServer('sqlite')
  let shell: Shell
  let person: Member

  beforeAll(async () => {
    person = await server.member()
    shell = openShell({ RAMP_URL: server.origin, RAMP_TOKEN: (await server.administrator.token()).secret })
  })

  const ramp = async (...words: string[]) => {
    const answer = await shell.ramp(words)
    expect(answer.code, answer.stderr).toBe(0)
    return answer
  }
  const get = async (path: string) => (await server.administrator.get(path)).body

  describe('members', () => {
    test('create reads the initial password from standard input', async () => {
      const username = newName('grace')
      const words = ['members', 'create', '--username', username, '--email', `${username}@example.test`, '--json']
      const names = ['--first-name', 'Grace', '--last-name', 'Hopper', '--role', 'GlobalTemplateViewer']
      const created = await shell.ramp([...words, ...names], { stdin: 'an initial password for her\n' })
      expect(created.code, created.stderr).toBe(0)
      const member = await get(`/api/v1/members/${created.json().id}`)
      expect(created.json()).toEqual(member)
      expect(member).toMatchObject({ username, displayName: 'Grace Hopper', roles: ['GlobalTemplateViewer'] })
      const signedIn = await server.anonymous.post('/api/v1/session', {
        username,
        password: 'an initial password for her',
      })
      expect(signedIn.body).toMatchObject({ mustChangePassword: true })
    })

    test('list and show give the API’s objects, by username whatever its case', async () => {
      const listed = (await ramp('members', 'list', '--json', '--search', person.username)).json()
      const { items } = await get(`/api/v1/members?q=${person.username}`)
      expect(listed).toEqual(items)
      expect((await ramp('members', 'show', person.username.toUpperCase(), '--json')).json()).toEqual(items[0])
      expect((await ramp('members', 'show', person.id)).stdout).toMatch(new RegExp(`username +${person.username}\n`))
      expect((await ramp('members', 'list')).stdout).toMatch(
        /^USERNAME +NAME +EMAIL +STATUS +ROLES +TOKENS +LAST SIGN-IN\n/,
      )
    })

    test('deactivate and reactivate', async () => {
      const member = await server.member()
      const script = await member.token()
      await ramp('members', 'deactivate', member.username)
      expect((await script.get('/api/v1/me')).body.code).toBe('account_deactivated')
      expect((await ramp('members', 'reactivate', member.username, '--json')).json().status).toBe('active')
    })

    test('a name that nobody has is said to be none', async () => {
      const answer = await shell.ramp('members show nobody')
      expect(answer).toMatchObject({ code: 1, stderr: 'ramp: There is no member of this name.\n' })
    })
  })

  test('groups: create, add, show, remove; roles by a group count at the next call', async () => {
    const [inner, outer] = [newName('inner'), newName('outer')]
    const id = (await ramp('groups', 'create', '--name', outer, '--description', 'the outer one')).stdout.trim()
    await ramp('groups', 'create', '--name', inner)
    await ramp('groups', 'add', outer, '--group', inner)
    await ramp('groups', 'add', inner, '--member', person.username)
    await ramp('roles', 'grant', 'GlobalTemplateViewer', '--group', outer)
    const script = await person.token()
    expect((await script.get('/api/v1/me')).body.account.roles).toEqual(['GlobalTemplateViewer'])

    expect((await ramp('groups', 'show', outer, '--json')).json()).toEqual(await get(`/api/v1/groups/${id}`))
    expect((await ramp('groups', 'show', outer)).stdout).toMatch(new RegExp(`groups +${inner}\n`))
    expect((await ramp('groups', 'list', '--search', outer, '--json')).json()).toEqual(
      (await get(`/api/v1/groups?q=${outer}`)).items,
    )
    await ramp('groups', 'remove', outer, '--group', inner)
    expect((await script.get('/api/v1/me')).body.account.roles).toEqual([])
  })

  test('roles: list, grant and take', async () => {
    expect((await ramp('roles', 'list', '--json')).json()).toEqual((await get('/api/v1/roles')).items)
    expect((await ramp('roles', 'list')).stdout).toMatch(/^Auditor +\S/m)
    await ramp('roles', 'grant', 'Auditor', '--member', person.username)
    expect((await get(`/api/v1/members/${person.id}`)).roles).toEqual(['Auditor'])
    await ramp('roles', 'take', 'Auditor', '--member', person.username)
    expect((await get(`/api/v1/members/${person.id}`)).roles).toEqual([])
    const odd = await shell.ramp(['roles', 'grant', 'No/such?role', '--member', person.username])
    expect(odd).toMatchObject({ code: 1, stderr: expect.stringMatching(/\(role_not_found\)\n$/) })
  })

  test('service accounts, and their tokens from the first to the last', async () => {
    const name = `${newName('robot')} of Zoë & Co.`
    const id = (await ramp('service-accounts', 'create', '--name', name)).stdout.trim()
    await ramp('roles', 'grant', 'GlobalTemplateViewer', '--service-account', name)
    expect((await ramp('service-accounts', 'show', name, '--json')).json()).toEqual(
      await get(`/api/v1/service-accounts/${id}`),
    )
    expect((await ramp('service-accounts', 'list')).stdout).toContain(name)

    const secret = (await ramp('service-accounts', 'create-token', name, '--name', 'deploy')).stdout.trim()
    expect(secret).toMatch(/^ramp_sat_/)
    const whoami = await shell.ramp('whoami', { env: { RAMP_TOKEN: secret } })
    expect(whoami.stdout).toContain(`${name} (service account)`)

    const rotated = (
      await ramp('service-accounts', 'rotate', name, secret.slice(0, 21), '--overlap', '0')
    ).stdout.trim()
    expect((await shell.ramp('whoami', { env: { RAMP_TOKEN: secret } })).code).toBe(3)
    const listed = (await ramp('service-accounts', 'tokens', name, '--status', 'all', '--json')).json()
    expect(listed.map((token: { status: string }) => token.status).sort()).toEqual(['active', 'revoked'])

    await ramp('service-accounts', 'revoke', name, rotated.slice(9, 21))
    expect((await shell.ramp('whoami', { env: { RAMP_TOKEN: rotated } })).stderr).toMatch(/\(token_revoked\)\n$/)
  })

  test('audit shows who did what, newest first, as filtered', async () => {
    const member = await server.member()
    await member.token({ name: 'seen in the audit' })
    const words = ['audit', '--actor', member.username, '--action', 'token.', '--limit', '1']
    const [event] = (await ramp(...words, '--json')).json()
    const { items } = await get(`/api/v1/audit-events?actor=${member.username}&action=token.&limit=1`)
    expect(event).toEqual(items[0])
    expect((await ramp(...words)).stdout).toMatch(
      new RegExp(`just now +${member.username} +token\\.created +token seen in the audit +session `),
    )
    expect((await ramp('audit')).stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(51)
  })

  test('audit searches on through pages on which nothing is as asked for', async () => {
    const member = await server.member()
    await member.token({ name: 'long ago' })
    const later = addAuditEvents(10_000, {
      at: `${server.clock()} + i`,
      action: `CASE i % 2 WHEN 0 THEN 'token.created' ELSE 'session.created' END`,
      actor: `CASE i % 2 WHEN 0 THEN 'somebody' ELSE '${member.id}' END`,
    })
    for (const statement of later) await server.sql(statement)
    const query = `actor=${member.username}&action=token.created`
    expect((await get(`/api/v1/audit-events?${query}`)).items).toEqual([])
    const events = (await ramp('audit', '--actor', member.username, '--action', 'token.created', '--json')).json()
    expect(events).toMatchObject([{ target: { name: 'long ago' } }])
  })

  describe('explain', () => {
    test('tells rule by rule why a token is refused, and ends with 1', async () => {
      const script = await person.token()
      await person.delete(`/api/v1/tokens/${script.id}`)
      const explained = await shell.ramp('explain', { stdin: script.secret })
      expect(explained.code).toBe(1)
      expect(explained.stdout).toMatch(/✗ not_revoked .+by member-/)
      expect(explained.stdout).toMatch(/\nIt is refused\.\n$/)
      expect(explained.stdout + explained.stderr).not.toContain(script.secret)
      const json = (await shell.ramp('explain --json', { stdin: script.secret })).json()
      expect(json).toMatchObject({ accepted: false, token: { id: script.id } })
    })

    test('by its id, one’s own without the permission of administrators', async () => {
      const script = await person.token()
      const env = { RAMP_TOKEN: script.secret }
      const own = await shell.ramp(`explain ${script.id} --address 127.0.0.1`, { env })
      expect(own).toMatchObject({ code: 0, stdout: expect.stringMatching(/\nIt is accepted\.\n$/) })
      const lacks = await shell.ramp(`explain ${script.id} --permission templates:delete`, { env })
      expect(lacks).toMatchObject({ code: 1, stdout: expect.stringMatching(/✗ permission/) })
      expect((await ramp('explain', `ramp_pat_${script.id}`, '--json')).json()).toMatchObject({ accepted: true })
      const refused = await shell.ramp('explain', { env, stdin: script.secret })
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/\(insufficient_permissions\)\n$/) })
    })
  })
})
