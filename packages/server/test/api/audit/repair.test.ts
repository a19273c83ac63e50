import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { runProgram } from '../../support/server-process.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('A row that stops the audit chain', (engine) => {
  const server = useServer(engine)
  const command = (...args: string[]) => runProgram({ args, env: { RAMP_DATABASE_URL: server.testDatabase.url } })
  const create = () => server.administrator.post('/api/v1/tokens', { name: newName('audited') })

  test('is moved away by audit repair, which leaves its trace; then changes go on, and the chain is whole', async () => {
    expect(await command('audit', 'repair')).toMatchObject({ code: 0, stdout: 'Nothing stops the audit chain.\n' })
    const next = '(SELECT last_id + 1 FROM audit_chain)'
    await server.sql(`INSERT INTO audit_event (id, at, action, outcome, credential, detail, previous_digest, digest)
      SELECT ${next}, 1, 'stray', 'done', 'system', '{}', '', 'x'`)
    expect((await create()).status).toBe(500)
    expect(await command('audit', 'verify')).toMatchObject({ code: 1 })

    const repaired = await command('audit', 'repair')
    expect(repaired.stdout).toMatch(/^Moved 1 rows from beyond the end of the chain to audit_stray\./)
    const strays = await server.sql<{ event: string }>('SELECT event FROM audit_stray')
    expect(strays.map(({ event }) => JSON.parse(event))).toMatchObject([{ action: 'stray', at: 1 }])

    expect((await create()).status).toBe(201)
    const verified = await command('audit', 'verify')
    expect(verified).toMatchObject({ code: 0 })
    expect(verified.stdout).toMatch(/Event \d+ repaired the chain on \S+: 1 rows are in audit_stray\./)
    const { body } = await server.administrator.get('/api/v1/audit-events?action=audit.repaired')
    expect(body.items).toMatchObject([{ action: 'audit.repaired', detail: { events: 1 } }])
  }, 60_000)

  test('is the only kind that may be removed', async () => {
    await expect(server.sql('DELETE FROM audit_event')).rejects.toThrow('removed only by retention')
  })
})
