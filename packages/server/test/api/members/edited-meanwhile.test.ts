import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('Two administrators who edit one member', (engine) => {
  const server = useServer(engine)

  test('the second is told, and nothing of the first is lost', async () => {
    const username = newName('edited')
    const created = await server.administrator.post('/api/v1/members', {
      username,
      email: `${username}@example.test`,
      firstName: 'Ada',
      lastName: '',
      password: 'an initial password',
    })
    const path = `/api/v1/members/${created.body.id}`
    const { etag } = (await server.administrator.get(path)).headers
    const first = await server.administrator.patch(path, { lastName: 'King' }, { 'if-match': etag })
    expect(first.status).toBe(200)
    for (const change of [{ lastName: 'Byron' }, { status: 'deactivated' }]) {
      const second = await nothingHappens(
        server,
        () => server.administrator.patch(path, change, { 'if-match': etag }),
        ['audit_event'],
      )
      expect(second).toMatchObject({ status: 412, body: { code: 'edited_meanwhile' } })
    }
    const again = await server.administrator.get(path)
    expect(again.body.lastName).toBe('King')
    expect(again.headers.etag).toBe(first.headers.etag)
    const repeated = await server.administrator.patch(path, { lastName: 'Byron' }, { 'if-match': again.headers.etag })
    expect(repeated).toMatchObject({ status: 200, body: { lastName: 'Byron' } })
  })
})
