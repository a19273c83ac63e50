import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Member, TokenHolder } from '../../server/test/support/actors.ts'
import { useServer } from '../../server/test/support/test-app.ts'
import { answerOf, createRampClient, itemsOf, ProblemError } from '../src/client.ts'

describe('The client', () => {
  const server = useServer('sqlite')
  let owner: Member
  let script: TokenHolder
  const client = (token?: string) => createRampClient({ url: server.origin, token })

  beforeAll(async () => {
    owner = await server.member()
    script = await owner.token({ name: 'the first' })
  })

  test('acts as the owner of its token', async () => {
    const { account, credential } = await answerOf(client(script.secret).GET('/api/v1/me'))
    expect(account.id).toBe(owner.id)
    expect(credential).toEqual({ type: 'pat', tokenId: script.id })
  })

  test('reads a list to its end, a page at a time', async () => {
    for (const name of ['the second', 'the third']) await owner.token({ name })
    const cursors: (string | undefined)[] = []
    const names: string[] = []
    const tokens = itemsOf((page) => {
      cursors.push(page.cursor)
      return client(script.secret).GET('/api/v1/tokens', {
        params: { query: { ...page, limit: 1, sort: 'createdAt' } },
      })
    })
    for await (const { name } of tokens) names.push(name)
    expect(names).toEqual(['the first', 'the second', 'the third'])
    expect(cursors).toEqual([undefined, expect.any(String), expect.any(String)])
  })

  test('throws the problem of a refusal, with its code, fields and request', async () => {
    const call = client(script.secret).POST('/api/v1/members', {
      body: { username: 'x', email: 'x@example.test', firstName: 'X', lastName: '', password: 'long enough for this' },
    })
    const refusal = await answerOf(call).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ProblemError)
    expect(refusal).toMatchObject({ code: 'insufficient_permissions', status: 403, requestId: expect.any(String) })

    const wrong = await answerOf(
      client(script.secret).GET('/api/v1/tokens', { params: { query: { limit: 1000 } } }),
    ).catch((error: unknown) => error)
    expect(wrong).toMatchObject({ code: 'validation_failed', fields: [{ field: 'limit' }] })
  })

  test('without a credential is told that one is required', async () => {
    await expect(answerOf(client().GET('/api/v1/me'))).rejects.toMatchObject({ code: 'authentication_required' })
  })
})

describe('What is no answer of RAMP', () => {
  test('is unreachable when nothing listens, with the cause', async () => {
    const port = await withServer('', async (port) => port)
    const call = answerOf(createRampClient({ url: `http://127.0.0.1:${port}` }).GET('/api/v1/me'))
    await expect(call).rejects.toMatchObject({
      code: 'unreachable',
      status: 0,
      cause: { cause: { code: 'ECONNREFUSED' } },
    })
  })

  test.each([200, 502])('is unreachable when a proxy answers %i with a page of its own', async (status) => {
    const page = '<!doctype html><title>Gateway</title>'
    await withServer(
      page,
      async (port) => {
        const call = answerOf(createRampClient({ url: `http://127.0.0.1:${port}` }).GET('/api/v1/me'))
        await expect(call).rejects.toMatchObject({ code: 'unreachable' })
      },
      status,
    )
  })

  /** A server that gives everybody the same page, as long as `use` runs. */
  async function withServer<T>(page: string, use: (port: number) => Promise<T>, status = 200): Promise<T> {
    const server = createServer((_req, res) => res.writeHead(status, { 'content-type': 'text/html' }).end(page))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      return await use((server.address() as AddressInfo).port)
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
})
