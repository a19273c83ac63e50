import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('A token that two edit at a time', (engine) => {
  const server = useServer(engine)

  /** One of one's own, and one of a service account. */
  async function addresses(): Promise<string[]> {
    const { administrator } = server
    const { id } = await administrator.token()
    const { body: account } = await administrator.post('/api/v1/service-accounts', { name: newName('ci') })
    const tokens = `/api/v1/service-accounts/${account.id}/tokens`
    const { body: made } = await administrator.post(tokens, { name: newName('token') })
    return [`/api/v1/tokens/${id}`, `${tokens}/${made.token.id}`]
  }

  test('loses nothing: the slower one is told to read again', async () => {
    const { administrator } = server
    for (const address of await addresses()) {
      const { etag } = (await administrator.get(address)).headers
      expect(etag).toMatch(/^".+"$/)
      const first = await administrator.patch(address, { name: newName('first') }, { 'if-match': etag })
      expect(first.status).toBe(200)
      const slower = () => administrator.patch(address, { allowedAddresses: ['192.0.2.0/24'] }, { 'if-match': etag })
      expect(await nothingHappens(server, slower)).toMatchObject({ status: 412, body: { code: 'edited_meanwhile' } })
      const again = { name: newName('second') }
      expect((await administrator.patch(address, again, { 'if-match': first.headers.etag })).body).toMatchObject(again)
    }
  })

  test('is not "edited" by being used', async () => {
    const script = await server.administrator.token()
    const address = `/api/v1/tokens/${script.id}`
    const { etag } = (await server.administrator.get(address)).headers
    await script.get('/api/v1/me')
    expect((await server.administrator.get(address)).headers.etag).toBe(etag)
  })

  test('whoever does not ask for it overwrites, as before', async () => {
    const { administrator } = server
    const [address = ''] = await addresses()
    for (const name of [newName('one'), newName('two')]) {
      expect((await administrator.patch(address, { name })).body).toMatchObject({ name })
    }
  })
})
