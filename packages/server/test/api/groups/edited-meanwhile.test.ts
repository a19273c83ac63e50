import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('Two administrators editing one group', (engine) => {
  const server = useServer(engine)

  test('lose nothing: the slower one is told to read again', async () => {
    const { administrator } = server
    const { body: made } = await administrator.post('/api/v1/groups', { name: newName('ops') })
    const address = `/api/v1/groups/${made.id}`
    const { etag } = (await administrator.get(address)).headers
    expect(etag).toMatch(/^".+"$/)

    const first = await administrator.patch(address, { description: 'by the first' }, { 'if-match': etag })
    expect(first.status).toBe(200)
    const second = await administrator.patch(address, { description: 'by the second' }, { 'if-match': etag })
    expect([second.status, second.body.code]).toEqual([412, 'edited_meanwhile'])
    expect((await administrator.get(address)).body.description).toBe('by the first')

    const again = await administrator.patch(
      address,
      { description: 'by the second' },
      { 'if-match': first.headers.etag },
    )
    expect(again.status).toBe(200)
  })

  test('at the same moment: one of them gets through', async () => {
    const { administrator } = server
    const { body: made } = await administrator.post('/api/v1/groups', { name: newName('ops') })
    const address = `/api/v1/groups/${made.id}`
    const { etag } = (await administrator.get(address)).headers
    const answers = await Promise.all(
      ['one', 'two', 'three'].map((description) => administrator.patch(address, { description }, { 'if-match': etag })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412])
  })
})
