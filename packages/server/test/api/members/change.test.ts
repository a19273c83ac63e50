import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('Changing a member', (engine) => {
  const server = useServer(engine)
  const path = ({ id }: { id: string }) => `/api/v1/members/${id}`

  test('edits the names and nothing else', async () => {
    const member = await server.member({ roles: ['Auditor'] })
    const before = (await server.administrator.get(path(member))).body
    const change = {
      username: newName('renamed'),
      email: 'renamed@example.test',
      firstName: 'Grace',
      lastName: 'Hopper',
    }
    const changed = await server.administrator.patch(path(member), change)
    expect(changed).toMatchObject({ status: 200, body: { ...before, ...change, displayName: 'Grace Hopper' } })
    expect((await member.get('/api/v1/me')).body.account).toMatchObject({
      username: change.username,
      email: change.email,
    })
  })

  test('keeps names unique', async () => {
    const [member, other] = [await server.member(), await server.member()]
    for (const [change, code] of [
      [{ username: other.username.toUpperCase() }, 'username_taken'],
      [{ email: `${other.username}@EXAMPLE.test` }, 'email_taken'],
    ] as const) {
      const refused = await nothingHappens(server, () => server.administrator.patch(path(member), change), [
        'audit_event',
      ])
      expect(refused).toMatchObject({ status: 409, body: { code } })
    }
    expect((await server.administrator.patch(path(member), { username: member.username.toUpperCase() })).status).toBe(
      200,
    )
  })

  test('does all of it or nothing', async () => {
    const [member, other] = [await server.member(), await server.member()]
    const change = { firstName: 'Half', status: 'deactivated', username: other.username }
    const refused = await nothingHappens(server, () => server.administrator.patch(path(member), change), [
      'audit_event',
    ])
    expect(refused.status).toBe(409)
    expect((await member.get('/api/v1/me')).status).toBe(200)
  })

  test('an empty change, or one to what is already so, leaves nothing', async () => {
    const member = await server.member()
    const { username, status } = (await server.administrator.get(path(member))).body
    for (const change of [{}, { username, status }]) {
      const answer = await nothingHappens(server, () => server.administrator.patch(path(member), change))
      expect(answer.status).toBe(200)
    }
  })

  test('deactivation and reactivation are shown, and done once', async () => {
    const member = await server.member()
    const deactivated = await server.administrator.patch(path(member), { status: 'deactivated' })
    expect(deactivated.body).toMatchObject({ status: 'deactivated', deactivatedAt: expect.stringMatching(/Z$/) })
    const again = await nothingHappens(server, () =>
      server.administrator.patch(path(member), { status: 'deactivated' }),
    )
    expect(again.body).toEqual(deactivated.body)
    const active = await server.administrator.patch(path(member), { status: 'active' })
    expect(active.body).toMatchObject({ status: 'active', deactivatedAt: null })
  })

  test('nobody deactivates their own account, by session or by token', async () => {
    const second = await server.member({ roles: ['Administrator'] })
    for (const actor of [second, await second.token()]) {
      const refused = await nothingHappens(server, () => actor.patch(path(second), { status: 'deactivated' }), [
        'audit_event',
      ])
      expect(refused).toMatchObject({ status: 409, body: { code: 'own_deactivation' } })
    }
  })

  test('nobody resets their own password: that takes the current one', async () => {
    const change = { password: 'without the current one' }
    const reset = () => server.administrator.patch(path(server.administrator), change)
    const refused = await nothingHappens(server, reset, ['audit_event'])
    expect(refused).toMatchObject({ status: 409, body: { code: 'own_password_reset' } })
  })

  test('a SuperUser manages members, but not one who gives roles', async () => {
    const superUser = await server.member({ roles: ['SuperUser'] })
    const victim = await server.member({ roles: ['Administrator'] })
    for (const change of [
      { password: 'chosen by a SuperUser' },
      { status: 'deactivated' },
      { username: newName('taken-over') },
    ]) {
      const refused = await nothingHappens(server, () => superUser.patch(path(victim), change), ['audit_event'])
      expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
    }
    const plain = await server.member()
    expect((await superUser.patch(path(plain), { status: 'deactivated' })).status).toBe(200)
  })

  test('a token resets no password, and a narrowed one manages no Administrator', async () => {
    const member = await server.member()
    const script = await server.administrator.token()
    const reset = await nothingHappens(server, () => script.patch(path(member), { password: 'by a script 123' }), [
      'audit_event',
    ])
    expect(reset).toMatchObject({ status: 403, body: { code: 'session_required' } })
    const narrowed = await server.administrator.tokenWith('members:write')
    const change = { firstName: 'Renamed' }
    const refused = await nothingHappens(server, () => narrowed.patch(path(server.administrator), change), [
      'audit_event',
    ])
    expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
  })

  test('refuses unknown fields and values', async () => {
    const member = await server.member()
    for (const change of [
      { status: 'gone' },
      { roles: ['Administrator'] },
      { id: member.id },
      { email: null },
      { password: 'short' },
    ]) {
      const refused = await nothingHappens(server, () => server.administrator.patch(path(member), change))
      expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    }
  })
})
