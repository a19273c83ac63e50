// GitLab (gitlab-org/gitlab#6443): a blocked user's personal access token could unblock its owner. Here: every call of
// a deactivated account is refused before any handler runs, so it cannot undo its deactivation by any credential.
import { expect, test } from 'vitest'
import { newName, TokenHolder } from '../support/actors.ts'
import { onBothEngines } from '../support/databases.ts'
import { nothingHappens } from '../support/nothing-happened.ts'
import { useServer } from '../support/test-app.ts'

onBothEngines('A deactivated Administrator', (engine) => {
  const server = useServer(engine)

  test('changes nothing with a token or a session from before, least of all the deactivation', async () => {
    const former = await server.member({ roles: ['Administrator'] })
    const friend = await server.member()
    const token = await former.token()
    expect((await token.get('/api/v1/members')).status).toBe(200)
    await server.administrator.patch(`/api/v1/members/${former.id}`, { status: 'deactivated' })

    for (const actor of [token, former]) {
      const attempts = [
        () => actor.patch(`/api/v1/members/${former.id}`, { status: 'active' }),
        () => actor.put(`/api/v1/members/${friend.id}/roles/Administrator`),
        () => actor.post('/api/v1/tokens', { name: 'another' }),
        () => actor.delete('/api/v1/tokens/current'),
        // Malformed ones, too: nobody looks at the body of somebody who may not be here.
        () => actor.request('PATCH', `/api/v1/members/${former.id}`, { body: '{' }),
      ]
      for (const attempt of attempts) expect((await nothingHappens(server, attempt)).status).toBe(401)
    }

    const { body } = await server.administrator.get(`/api/v1/members/${former.id}`)
    expect(body.status).toBe('deactivated')
  })
})

onBothEngines('A deactivated service account', (engine) => {
  const server = useServer(engine)

  test('does not bring itself back, whatever it may do', async () => {
    const { administrator, origin } = server
    const { body: machine } = await administrator.post('/api/v1/service-accounts', { name: newName('machine') })
    const path = `/api/v1/service-accounts/${machine.id}`
    await administrator.put(`${path}/roles/Administrator`)
    const { body } = await administrator.post(`${path}/tokens`, { name: 'token' })
    const token = new TokenHolder(origin, { id: body.token.id, secret: body.secret })
    expect((await token.get(path)).status).toBe(200)
    await administrator.patch(path, { status: 'deactivated' })

    for (const attempt of [
      () => token.patch(path, { status: 'active' }),
      () => token.post(`${path}/tokens`, { name: 'another' }),
      () => token.post(`${path}/tokens/${token.id}/rotate`, {}),
      () => token.delete('/api/v1/tokens/current'),
    ]) {
      const refused = await nothingHappens(server, attempt)
      expect(refused).toMatchObject({ status: 401, body: { code: 'account_deactivated' } })
    }
  })
})
