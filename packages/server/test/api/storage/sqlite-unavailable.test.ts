import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

describe('SQLite', () => {
  const server = useServer('sqlite')
  const writer = () => {
    if (server.database.engine !== 'sqlite') throw new Error('These tests are about SQLite.')
    return server.database.writer
  }

  test('locked by another process: changes wait and then answer 503, verification goes on, and so does the process', async () => {
    const script = await server.administrator.token()
    const other = new DatabaseSync(server.testDatabase.url.slice('sqlite:'.length))
    other.exec('BEGIN IMMEDIATE')
    try {
      let isAnswered = false
      const change = server.administrator.post('/api/v1/tokens', { name: newName('locked out') }).finally(() => {
        isAnswered = true
      })
      let verified = 0
      while (!isAnswered) {
        expect((await script.get('/api/v1/me')).status).toBe(200)
        verified++
      }
      const refused = await change
      expect(refused).toMatchObject({ status: 503, body: { code: 'storage_unavailable' } })
      expect(refused.headers['retry-after']).toBe('1')
      expect(verified).toBeGreaterThan(100)
    } finally {
      other.exec('ROLLBACK')
      other.close()
    }
    expect((await server.administrator.post('/api/v1/tokens', { name: newName('let in') })).status).toBe(201)
  })

  test('waited for, if the lock goes in time', async () => {
    const other = new DatabaseSync(server.testDatabase.url.slice('sqlite:'.length))
    other.exec('BEGIN IMMEDIATE')
    const change = server.administrator.post('/api/v1/tokens', { name: newName('patient') })
    await server.administrator.get('/api/v1/me')
    other.exec('ROLLBACK')
    other.close()
    expect((await change).status).toBe(201)
  })

  test('on a full disk: 503, nothing half written, verification goes on; with room again, all is well', async () => {
    const script = await server.administrator.token()
    const { page_count: pages } = writer().prepare('PRAGMA page_count').get() as { page_count: number }
    writer().exec(`PRAGMA max_page_count = ${pages}`)
    const fill = () => server.administrator.post('/api/v1/tokens', { name: `${newName('fill')} ${'x'.repeat(80)}` })

    let answer = await fill()
    for (let made = 0; answer.status === 201 && made < 500; made++) answer = await fill()

    expect(answer).toMatchObject({ status: 503, body: { code: 'storage_unavailable' } })
    const refused = await nothingHappens(server, fill)
    expect(refused.status).toBe(503)
    expect((await script.get('/api/v1/me')).status).toBe(200)
    const [counts] = await server.sql(
      `SELECT (SELECT count(*) FROM token) AS tokens, (SELECT count(*) FROM audit_event WHERE action = 'token.created') AS events`,
    )
    expect(counts?.['tokens']).toBe(counts?.['events'])

    writer().exec('PRAGMA max_page_count = 1073741823')
    expect((await fill()).status).toBe(201)
    await expect(server.sql('PRAGMA integrity_check')).resolves.toEqual([{ integrity_check: 'ok' }])
  })

  test('is ready and healthy all the while', async () => {
    expect(await server.anonymous.get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } })
    expect(await server.anonymous.get('/readyz')).toMatchObject({ status: 200, body: { status: 'ok' } })
  })
})
