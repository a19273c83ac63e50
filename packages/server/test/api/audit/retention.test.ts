import { expect, test } from 'vitest'
import { removeOldEvents } from '../../../src/audit/remove-old-events.ts'
import { verifyChain } from '../../../src/audit/verify-chain.ts'
import { DAY_MS } from '../../../src/core/clock.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('Retention of audit events', (engine) => {
  const server = useServer(engine)
  const remove = (days: number) => removeOldEvents(server.database, days, server.clock())

  test('removes whole days from the start, keeps the anchor, and the chain stays whole', async () => {
    await server.member()
    const old = await server.sql<{ id: number; digest: string }>('SELECT id, digest FROM audit_event ORDER BY id')
    expect(await remove(1)).toBe(0)

    server.clock.advance(3 * DAY_MS)
    const owner = await server.administrator.signInAgain()
    await owner.token()
    const removed = await Promise.all([remove(1), remove(1), remove(1)])
    expect(removed.reduce((sum, each) => sum + each)).toBe(old.length)

    const [first, ...others] = await server.sql<{ id: number }>('SELECT id FROM audit_event ORDER BY id')
    expect(first?.id).toBe(old.length + 1)
    expect(others.length).toBeGreaterThan(1)
    const anchor = { id: old.length, digest: old.at(-1)?.digest }
    expect(await verifyChain(server.database.read)).toMatchObject({ isWhole: true, events: 1 + others.length, anchor })

    const { items } = (await owner.get('/api/v1/audit-events?action=audit.removed')).body
    expect(items).toMatchObject([
      { credential: { type: 'system' }, actor: null, detail: { events: old.length, throughId: old.length } },
    ])
  })

  test('lets nothing else go: what follows the anchor cannot be deleted', async () => {
    const [anchor] = await server.sql<{ id: number }>('SELECT anchor_id AS id FROM audit_chain')
    await expect(server.sql(`DELETE FROM audit_event WHERE id = ${Number(anchor?.id) + 1}`)).rejects.toThrow(
      'retention',
    )
  })

  test('goes on when everything was removed', async () => {
    server.clock.advance(30 * DAY_MS)
    expect(await remove(7)).toBeGreaterThan(0)
    expect(await server.count('audit_event')).toBe(1)
    await server.administrator.signInAgain()
    expect(await verifyChain(server.database.read)).toMatchObject({ isWhole: true, events: 2 })
  })
})
