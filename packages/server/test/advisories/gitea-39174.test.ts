// Gitea (go-gitea/gitea#39174): updates of "last used" queued all requests of a token on one row lock. Here: while
// somebody holds every row of the database against being written, a thousand calls of one token are answered.
import { expect, test } from 'vitest'
import { onBothEngines } from '../support/databases.ts'
import { useServer } from '../support/test-app.ts'
import { expectOneUse, watchWrites, whileNobodyCanWrite } from '../support/write-log.ts'

onBothEngines('Using a token', (engine) => {
  const server = useServer(engine)

  test('waits for no row, though nothing can be written meanwhile; then one row is', async () => {
    const script = await server.administrator.token()
    const writes = await watchWrites(server)

    const answers = await whileNobodyCanWrite(server, () =>
      Promise.all(Array.from({ length: 1000 }, () => script.get('/api/v1/tokens'))),
    )

    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    // The list shows the use though it could not be stored yet.
    expect(answers.at(-1)?.body.items[0]).toMatchObject({ id: script.id, lastUsedAddress: '127.0.0.1' })
    await server.services.usage.flush()
    const written = await writes.taken()
    expect(written).toContain('token_usage')
    expectOneUse(written)
  })
})
