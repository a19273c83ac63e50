import { expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('A token in use, from its next call on', (engine) => {
  const server = useServer(engine)

  /** A member whose token and session were both accepted just now. */
  const warm = async (...roles: string[]) => {
    const owner = await server.member({ roles })
    const script = await owner.token()
    for (const actor of [owner, script]) expect((await actor.get('/api/v1/me')).status).toBe(200)
    return { owner, script }
  }

  test('has a role that was given, and has it no more once it is taken', async () => {
    const { owner, script } = await warm()
    const role = `/api/v1/members/${owner.id}/roles/SuperUser`
    for (let round = 0; round < 3; round++) {
      expect((await script.get('/api/v1/members')).status).toBe(403)
      expect((await server.administrator.put(role)).status).toBe(204)
      for (const actor of [script, owner]) expect((await actor.get('/api/v1/members')).status).toBe(200)
      expect((await server.administrator.delete(role)).status).toBe(204)
      for (const actor of [script, owner]) expect((await actor.get('/api/v1/members')).status).toBe(403)
    }
  })

  test('has what SQL from another connection gave or took', async () => {
    const { owner, script } = await warm()
    const grant = `('${owner.id}', 'SuperUser', ${server.clock()})`
    await server.sql(`INSERT INTO role_grant (account_id, role, granted_at) VALUES ${grant}`)
    for (const actor of [script, owner]) expect((await actor.get('/api/v1/members')).status).toBe(200)
    await server.sql(`UPDATE role_grant SET role = 'GlobalTemplateViewer' WHERE account_id = '${owner.id}'`)
    for (const actor of [script, owner]) {
      expect((await actor.get('/api/v1/members')).status).toBe(403)
      expect((await actor.get('/api/v1/me')).body.account.roles).toEqual(['GlobalTemplateViewer'])
    }
    await server.sql(`DELETE FROM role_grant WHERE account_id = '${owner.id}'`)
    for (const actor of [script, owner]) expect((await actor.get('/api/v1/me')).body.account.roles).toEqual([])
  })

  test('loses what a bulk removal of a role takes from everybody', async () => {
    const people = [await warm('GlobalTemplateApprover'), await warm('GlobalTemplateApprover')]
    await server.sql("DELETE FROM role_grant WHERE role = 'GlobalTemplateApprover'")
    for (const { script } of people) {
      expect((await script.get('/api/v1/me')).body.account.permissions).toEqual(['own-tokens:read', 'own-tokens:write'])
    }
  })

  test('stops with its deactivated owner, session and all, and works again after reactivation', async () => {
    const { owner, script } = await warm('SuperUser')
    const narrowed = await owner.tokenWith('members:read')
    expect((await narrowed.get('/api/v1/members')).status).toBe(200)
    const member = `/api/v1/members/${owner.id}`

    expect((await server.administrator.patch(member, { status: 'deactivated' })).status).toBe(200)

    for (const token of [script, narrowed]) {
      const refused = await token.get('/api/v1/members')
      expect(refused).toMatchObject({ status: 401, body: { code: 'account_deactivated' } })
      expect(refused.headers['www-authenticate']).toContain('error="invalid_token"')
    }
    expect(await owner.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'session_ended' } })

    expect((await server.administrator.patch(member, { status: 'active' })).status).toBe(200)

    for (const token of [script, narrowed]) expect((await token.get('/api/v1/members')).status).toBe(200)
    expect((await owner.get('/api/v1/me')).status, 'a session that was ended stays ended').toBe(401)
    expect((await (await owner.signInAgain()).get('/api/v1/me')).status).toBe(200)
  })

  test('stops when SQL from another connection deactivates its owner', async () => {
    const { owner, script } = await warm()
    await server.sql(`UPDATE account SET deactivated_at = ${server.clock()} WHERE id = '${owner.id}'`)
    expect(await script.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'account_deactivated' } })
    expect(await owner.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    await server.sql(`UPDATE account SET deactivated_at = NULL WHERE id = '${owner.id}'`)
    expect((await script.get('/api/v1/me')).status).toBe(200)
  })

  test('a token cannot bring its own deactivated owner back', async () => {
    const owner = await server.member({ roles: ['Administrator'] })
    const script = await owner.token()
    await server.administrator.patch(`/api/v1/members/${owner.id}`, { status: 'deactivated' })
    const refused = await script.patch(`/api/v1/members/${owner.id}`, { status: 'active' })
    expect(refused).toMatchObject({ status: 401, body: { code: 'account_deactivated' } })
    expect((await server.administrator.get(`/api/v1/members/${owner.id}`)).body.status).toBe('deactivated')
  })

  test('has what a changed name of its owner is', async () => {
    const { owner, script } = await warm()
    await server.administrator.patch(`/api/v1/members/${owner.id}`, { firstName: 'Grace', lastName: 'Hopper' })
    expect((await script.get('/api/v1/me')).body.account.displayName).toBe('Grace Hopper')
  })

  test('is unknown if its row is gone', async () => {
    const { script } = await warm()
    await server.services.usage.flush()
    await server.sql(`DELETE FROM token_usage WHERE token_id = '${script.id}'`)
    await server.sql(`DELETE FROM token WHERE id = '${script.id}'`)
    expect(await script.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_invalid' } })
  })
})
