import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { beforeAll, expect, test } from 'vitest'
import type { Actor } from '../../support/actors.ts'
import { addManyEvents } from '../../support/audit-events.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

const EXPORT = '/api/v1/audit-events/export'

/** Enough that not all of it fits into what the kernel keeps for a client that does not read. */
const MANY = 60_000

onBothEngines('Exporting audit events', (engine) => {
  const server = useServer(engine)
  let auditor: Actor & { readonly secret: string }

  beforeAll(async () => {
    auditor = await (await server.member({ roles: ['Auditor'] })).token()
  })

  const linesOf = (body: string) =>
    body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))

  test('gives every event as a line of its own, oldest first, with digests that anybody can recompute', async () => {
    const listed = (await auditor.get('/api/v1/audit-events?limit=200')).body.items
    const answer = await auditor.get(EXPORT)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/x-ndjson')
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="ramp-audit-[\d-]{10}\.ndjson"$/)
    const events = linesOf(answer.body)
    expect(events).toMatchObject(
      listed
        .map(({ target, ...event }: { target: { type: string; id: string } | null }) => ({
          ...event,
          target: target && { type: target.type, id: target.id },
        }))
        .reverse(),
    )
    let previous = '0'.repeat(64)
    for (const event of events.sort((a, b) => a.id - b.id)) {
      const { actor, credential, target } = event
      const text = JSON.stringify([
        previous,
        event.id,
        Date.parse(event.at),
        event.action,
        event.outcome,
        actor?.accountId ?? null,
        actor?.username ?? null,
        credential.type,
        credential.id,
        event.address,
        event.requestId,
        target?.type ?? null,
        target?.id ?? null,
        JSON.stringify(event.detail),
      ])
      expect(event.previousDigest).toBe(previous)
      expect(event.digest).toBe(createHash('sha256').update(text).digest('hex'))
      previous = event.digest
    }
  })

  test('takes the filters of the list, and is recorded with them', async () => {
    const { body } = await auditor.get(`${EXPORT}?action=member.&outcome=done`)
    expect(new Set(linesOf(body).map(({ action }) => action))).toEqual(new Set(['member.created']))
    expect((await auditor.get(`${EXPORT}?actor=nobody`)).body).toBeNull()
    const { items } = (await auditor.get('/api/v1/audit-events?action=audit.exported&limit=2')).body
    expect(items).toMatchObject([
      { detail: { filter: { actor: 'nobody' } } },
      { credential: { type: 'pat' }, target: null, detail: { filter: { action: 'member.', outcome: 'done' } } },
    ])
    expect(await auditor.get(`${EXPORT}?limit=3`)).toMatchObject({ status: 400 })
  })

  test('reads no faster than the client takes it', async () => {
    await addManyEvents(server, MANY)
    const sockets: Socket[] = []
    server.app.server.on('connection', (socket) => void sockets.push(socket))
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${auditor.secret}`, connection: 'close' }
      get(`${server.origin}${EXPORT}`, { headers, agent: false }, resolve).on('error', reject)
    })
    await once(answer, 'readable')
    // The server has had time for all of it, if it did not wait.
    for (let call = 0; call < 100; call++) await auditor.get('/api/v1/me')
    const written = Number(sockets[0]?.bytesWritten)

    let bytes = 0
    let lines = 0
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length
      for (const byte of chunk) if (byte === 10) lines++
    }
    expect(lines).toBeGreaterThan(MANY)
    expect(written).toBeLessThan(bytes / 2)
  })
})
