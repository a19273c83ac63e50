import { beforeEach, expect, test } from 'vitest'
import { onBothEngines, type TestDatabase } from '../../support/databases.ts'
import { runProgram } from '../../support/server-process.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('The chain of audit events', (engine) => {
  const server = useServer(engine)

  const verify = () => runProgram({ args: ['audit', 'verify'], env: { RAMP_DATABASE_URL: server.testDatabase.url } })
  const ids = async () => {
    const rows = await server.sql<{ id: number }>('SELECT id FROM audit_event ORDER BY id')
    return rows.map(({ id }) => Number(id))
  }

  beforeEach(async () => {
    const owner = await server.member()
    for (let token = 0; token < 5; token++) await owner.token()
  })

  test('is whole while events are recorded by many at once, a rolled back one leaving nothing', async () => {
    const owners = await Promise.all([server.member(), server.member(), server.member()])
    const work = owners.flatMap((owner) =>
      Array.from({ length: 6 }, async (_, index) => {
        const script = await owner.token()
        await owner.post('/api/v1/tokens', { name: 'x', expiresAt: '2020-01-01' })
        if (index % 2) await owner.delete(`/api/v1/tokens/${script.id}`)
        else await server.administrator.put(`/api/v1/members/${owner.id}/roles/Auditor`)
      }),
    )
    const meanwhile = verify()
    await Promise.all(work)
    expect(await meanwhile).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok: \d+ events/) })

    const all = await ids()
    expect(all).toEqual(Array.from({ length: all.length }, (_, index) => index + 1))
    const { code, stdout } = await verify()
    const [last] = await server.sql('SELECT id, digest FROM audit_event ORDER BY id DESC LIMIT 1')
    expect([code, stdout]).toEqual([
      0,
      `ok: ${all.length} events, each as it was recorded.\nHead: event ${last?.['id']}, digest ${last?.['digest']}\n`,
    ])
  })

  test('cannot be changed by a statement that somebody types', async () => {
    const before = await server.sql('SELECT * FROM audit_event ORDER BY id')
    const statements = [
      `UPDATE audit_event SET outcome = 'refused' WHERE id = 2`,
      'DELETE FROM audit_event WHERE id = 3',
      'DELETE FROM audit_event',
      engine === 'sqlite'
        ? `INSERT OR REPLACE INTO audit_event SELECT 2, at, 'session.ended', outcome, actor_account_id, actor_username,
            credential, credential_id, address, request_id, target_type, target_id, detail, previous_digest, digest
            FROM audit_event WHERE id = 1`
        : 'TRUNCATE audit_event',
    ]
    for (const statement of statements) {
      await expect(server.sql(statement), statement).rejects.toThrow('Audit events are never changed')
    }
    expect(await server.sql('SELECT * FROM audit_event ORDER BY id')).toEqual(before)
  })

  /** What somebody does who may do anything to the database, and what is said of it. */
  const TAMPERING: readonly (readonly [string, (last: number) => readonly string[], (last: number) => string])[] = [
    [
      'an altered event',
      () => [`UPDATE audit_event SET actor_username = 'somebody else' WHERE id = 4`],
      () => 'Event 4: it was altered: it does not have the digest that it carries.\n',
    ],
    [
      'an altered instant',
      () => ['UPDATE audit_event SET at = at + 1 WHERE id = 5'],
      () => 'Event 5: it was altered: it does not have the digest that it carries.\n',
    ],
    ['a missing event', () => ['DELETE FROM audit_event WHERE id = 4'], () => 'Event 4: it is missing.\n'],
    [
      'several missing ones',
      () => ['DELETE FROM audit_event WHERE id IN (4, 5, 6)'],
      () => 'Event 4: it is missing, and so is every event up to 6.\n',
    ],
    [
      'a missing start',
      () => ['DELETE FROM audit_event WHERE id < 3'],
      () => 'Event 1: it is missing, and so is every event up to 2.\n',
    ],
    [
      'a missing end',
      (last) => [`DELETE FROM audit_event WHERE id = ${last}`],
      (last) => `Event ${last}: it is missing.\n`,
    ],
    [
      'none left',
      () => ['DELETE FROM audit_event'],
      (last) => `Event 1: it is missing, and so is every event up to ${last}.\n`,
    ],
    [
      'two that changed places',
      () => [
        'UPDATE audit_event SET id = -1 WHERE id = 3',
        'UPDATE audit_event SET id = 3 WHERE id = 4',
        'UPDATE audit_event SET id = 4 WHERE id = -1',
      ],
      () => 'Event 3: it was reordered: what stands there was recorded as event 4.\n',
    ],
    [
      'one added at the end',
      (last) => [copyOf(last, `${last + 1}`, 'digest')],
      (last) => `Event ${last + 1}: it was added: the chain ended before it.\n`,
    ],
    [
      'one added in the place of another',
      () => [
        copyOf(6, '-1', 'previous_digest'),
        'DELETE FROM audit_event WHERE id = 3',
        'UPDATE audit_event SET id = 3 WHERE id = -1',
      ],
      () => 'Event 3: it was reordered: what stands there was recorded as event 6.\n',
    ],
    [
      'one from before the start',
      () => [copyOf(6, '-1', 'previous_digest')],
      () => 'Event -1: it was added: retention had removed that one.\n',
    ],
    [
      'the end, where it is noted, moved back',
      (last) => [
        `UPDATE audit_chain SET last_id = ${last} - 1`,
        `UPDATE audit_chain SET last_digest = (SELECT digest FROM audit_event WHERE id = ${last} - 1)`,
      ],
      (last) => `Event ${last}: it was added: the chain ended before it.\n`,
    ],
    [
      'no note of start and end',
      () => ['DELETE FROM audit_chain'],
      () => 'Event 0: the row that says where the chain starts and ends is missing.\n',
    ],
  ]

  const copyOf = (id: number, newId: string, previous: string) => `
    INSERT INTO audit_event (id, at, action, outcome, actor_account_id, actor_username, credential, credential_id,
      address, request_id, target_type, target_id, detail, previous_digest, digest)
    SELECT ${newId}, at, action, outcome, actor_account_id, actor_username, credential, credential_id,
      address, request_id, target_type, target_id, detail, ${previous}, digest FROM audit_event WHERE id = ${id}`

  test.each(TAMPERING)('shows %s, with exit code 1', async (_what, statements, said) => {
    const last = (await ids()).at(-1) ?? 0
    const undo = await savedBy(server.testDatabase)
    const drop = (name: string) => `DROP TRIGGER ${name}${engine === 'postgres' ? ' ON audit_event' : ''}`
    const triggers = await triggersOf()
    for (const { name } of triggers) await server.sql(drop(name))
    for (const statement of statements(last)) await server.sql(statement)
    const { code, stdout } = await verify()
    await undo()
    for (const { definition } of triggers) await server.sql(definition)
    expect([code, stdout]).toEqual([1, said(last)])
  })

  const triggersOf = () =>
    server.sql<{ name: string; definition: string }>(
      engine === 'sqlite'
        ? "SELECT name, sql AS definition FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_event'"
        : `SELECT tgname AS name, pg_get_triggerdef(oid) AS definition FROM pg_trigger
            WHERE tgrelid = 'audit_event'::regclass AND NOT tgisinternal`,
    )

  /** Keeps a copy of the events; the function returned puts it back. */
  async function savedBy(database: TestDatabase): Promise<() => Promise<void>> {
    for (const table of ['audit_event', 'audit_chain']) {
      await database.sql(`DROP TABLE IF EXISTS saved_${table}`)
      await database.sql(`CREATE TABLE saved_${table} AS SELECT * FROM ${table}`)
    }
    return async () => {
      for (const table of ['audit_event', 'audit_chain']) {
        await database.sql(`DELETE FROM ${table}`)
        await database.sql(`INSERT INTO ${table} SELECT * FROM saved_${table}`)
      }
    }
  }

  test('needs a database that is there', async () => {
    const url = engine === 'sqlite' ? 'sqlite:/nowhere/ramp.db' : 'postgres://nobody@127.0.0.1:1/none'
    const exit = await runProgram({ args: ['audit', 'verify'], env: { RAMP_DATABASE_URL: url } })
    expect(exit).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^RAMP_DATABASE_URL names a /) })
  })
})
