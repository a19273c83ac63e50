import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const MEMBERS = '/api/v1/members'
const input = (username = newName('new')) => ({
  username,
  email: `${username}@example.test`,
  firstName: 'Ada',
  lastName: 'Lovelace',
  password: 'an initial password',
})

onBothEngines('Creating a member', (engine) => {
  const server = useServer(engine)

  test('shows what was made, never the password', async () => {
    const body = { ...input(), roles: ['GlobalTemplateViewer', 'Auditor'] }
    const created = await server.administrator.post(MEMBERS, body)
    expect(created.status).toBe(201)
    expect(created.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      username: body.username,
      email: body.email,
      firstName: 'Ada',
      lastName: 'Lovelace',
      displayName: 'Ada Lovelace',
      status: 'active',
      createdAt: expect.stringMatching(/Z$/),
      deactivatedAt: null,
      lastSignInAt: null,
      authenticationMethod: 'password',
      hasPassword: true,
      mustChangePassword: true,
      roles: ['Auditor', 'GlobalTemplateViewer'],
      inheritedRoles: [],
      groups: [],
      activeTokens: 0,
    })
    expect(created.headers.location).toBe(`${MEMBERS}/${created.body.id}`)
    expect((await server.administrator.get(created.headers.location ?? '')).body).toEqual(created.body)
  })

  test('one name is enough for people who have one', async () => {
    const created = await server.administrator.post(MEMBERS, { ...input(), firstName: ' Sukarno ', lastName: ' ' })
    expect(created).toMatchObject({ status: 201, body: { firstName: 'Sukarno', lastName: '', displayName: 'Sukarno' } })
  })

  test('a username or an address that somebody has in another case or Unicode form is taken', async () => {
    const first = { ...input(newName('René')), email: 'René@Example.Test' }
    expect((await server.administrator.post(MEMBERS, first)).status).toBe(201)
    for (const username of [first.username, first.username.toUpperCase(), first.username.replace('R', 'Ｒ')]) {
      const refused = await nothingHappens(server, () => server.administrator.post(MEMBERS, { ...input(), username }), [
        'audit_event',
      ])
      expect(refused.status, username).toBe(409)
      expect(refused.body).toMatchObject({ code: 'username_taken', errors: [{ field: 'username' }] })
    }
    for (const email of ['rené@example.test', 'RENÉ@EXAMPLE.TEST', 'rene\u0301@example.test']) {
      const refused = await nothingHappens(server, () => server.administrator.post(MEMBERS, { ...input(), email }), [
        'audit_event',
      ])
      expect(refused).toMatchObject({ status: 409, body: { code: 'email_taken', errors: [{ field: 'email' }] } })
    }
  })

  test('of several at once with one name, one is made', async () => {
    const username = newName('race')
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => server.administrator.post(MEMBERS, input(username))),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409])
  })

  test.each([
    [{ username: '' }, 'username', 'too_short'],
    [{ username: 'two words' }, 'username', 'wrong_format'],
    [{ username: '-dash' }, 'username', 'wrong_format'],
    [{ username: 'x'.repeat(65) }, 'username', 'too_long'],
    [{ username: 'nul\u0000' }, 'username', 'wrong_format'],
    [{ email: 'nowhere' }, 'email', 'wrong_format'],
    [{ email: 'a b@example.test' }, 'email', 'wrong_format'],
    [{ firstName: '  ' }, 'firstName', 'blank'],
    [{ firstName: 'x'.repeat(101) }, 'firstName', 'too_long'],
    [{ lastName: 'line\nbreak' }, 'lastName', 'wrong_format'],
    [{ password: 'short' }, 'password', 'too_short'],
    [{ password: 'x'.repeat(257) }, 'password', 'too_long'],
    [{ password: 'aaaaaaaaaa' }, 'password', 'password_too_simple'],
    [{ password: undefined }, 'password', 'required'],
    [{ roles: 'Auditor' }, 'roles', 'wrong_type'],
    [{ roles: ['Auditor', 'Auditor'] }, 'roles', 'repeated'],
    [{ status: 'active' }, 'status', 'unknown_field'],
    [{ id: '00000000-0000-4000-8000-000000000000' }, 'id', 'unknown_field'],
  ])('refuses %j', async (change, field, code) => {
    const refused = await nothingHappens(server, () => server.administrator.post(MEMBERS, { ...input(), ...change }))
    expect(refused.status).toBe(400)
    expect(refused.body.code).toBe('validation_failed')
    expect(refused.body.errors).toContainEqual({ field, code, message: expect.any(String) })
  })

  test('with a role that is not in the catalogue makes nobody', async () => {
    for (const roles of [['Emperor'], ['Auditor', 'administrator'], ['__proto__']]) {
      const refused = await nothingHappens(server, () => server.administrator.post(MEMBERS, { ...input(), roles }))
      expect(refused).toMatchObject({ status: 404, body: { code: 'role_not_found' } })
    }
  })

  test('with roles takes the permission to give roles: a SuperUser makes members without', async () => {
    const superUser = await server.member({ roles: ['SuperUser'] })
    const body = { ...input(), roles: ['GlobalTemplateViewer'] }
    const refused = await nothingHappens(server, () => superUser.post(MEMBERS, body), ['audit_event'])
    expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
    expect((await superUser.post(MEMBERS, input())).status).toBe(201)
  })

  test('by a narrowed token gives no more than the token holds', async () => {
    const script = await server.administrator.tokenWith(
      'members:write',
      'roles:grant',
      'own-tokens:read',
      'own-tokens:write',
    )
    for (const roles of [['Administrator'], ['Auditor'], ['GlobalTemplateViewer']]) {
      const refused = await nothingHappens(server, () => script.post(MEMBERS, { ...input(), roles }), ['audit_event'])
      expect(refused).toMatchObject({ status: 403, body: { code: 'grant_exceeds_token' } })
    }
    expect((await script.post(MEMBERS, input())).status).toBe(201)
    const narrower = await server.administrator.tokenWith('members:write')
    const refused = await nothingHappens(server, () => narrower.post(MEMBERS, input()), ['audit_event'])
    expect(refused).toMatchObject({ status: 403, body: { code: 'grant_exceeds_token' } })
  })
})
