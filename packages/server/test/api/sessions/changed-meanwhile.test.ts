/** Checking a password takes a while. What changes in that while counts for the answer. */
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import pg from 'pg'
import { expect, test } from 'vitest'
import type { Member } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import type { Answer } from '../../support/http-client.ts'
import { type TestServer, useServer } from '../../support/test-app.ts'

const FAILURES = 'SELECT coalesce(sum(failures), 0) AS failures FROM sign_in_failure'

/** Starts a call that checks a password, and runs a statement once the call has read what it checks against. */
async function meanwhile(
  server: TestServer,
  { id }: Member,
  start: () => Promise<Answer>,
  statement: string,
): Promise<Answer> {
  return server.engine === 'sqlite' ? onSqlite(server, start, statement) : onPostgres(server, id, start, statement)
}

/** The attempt is counted before the password is read; both happen before anything else gets a turn. */
async function onSqlite(server: TestServer, start: () => Promise<Answer>, statement: string): Promise<Answer> {
  const prompt = new DatabaseSync(server.testDatabase.url.slice('sqlite:'.length))
  const failures = () => (prompt.prepare(FAILURES).get() as { failures: number }).failures
  const before = failures()
  const answer = start()
  while (failures() === before) await setImmediate()
  prompt.exec(statement)
  prompt.close()
  return answer
}

/** The call waits for the account's row when it has checked the password. */
async function onPostgres(
  server: TestServer,
  accountId: string,
  start: () => Promise<Answer>,
  statement: string,
): Promise<Answer> {
  const prompt = new pg.Client({ connectionString: server.testDatabase.url })
  const observer = new pg.Client({ connectionString: server.testDatabase.url })
  await Promise.all([prompt.connect(), observer.connect()])
  try {
    await prompt.query(`BEGIN; SELECT id FROM account WHERE id = '${accountId}' FOR UPDATE`)
    const answer = start()
    const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    await expect
      .poll(async () => (await observer.query(waiting)).rows, { interval: 5, timeout: 20_000 })
      .toHaveLength(1)
    await prompt.query(`${statement}; COMMIT`)
    return await answer
  } finally {
    await Promise.all([prompt.end(), observer.end()])
  }
}

onBothEngines('While a password is checked', (engine) => {
  const server = useServer(engine)
  const sessions = async ({ id }: Member) =>
    server.sql(`SELECT id FROM session WHERE account_id = '${id}' ORDER BY created_at`)
  const failed = ({ id }: Member) =>
    server.sql(`SELECT id FROM audit_event WHERE target_id = '${id}' AND action = 'session.failed'`)
  const hashOf = async ({ id }: Member) =>
    (await server.sql<{ password_hash: string }>(`SELECT password_hash FROM member WHERE account_id = '${id}'`))[0]
      ?.password_hash

  const signIn = ({ username, password }: Member) => server.anonymous.post('/api/v1/session', { username, password })

  test.each([
    [
      'the password changes',
      `UPDATE member SET password_hash = (SELECT password_hash FROM member WHERE account_id = '$other') WHERE account_id = '$id'`,
    ],
    ['the account is deactivated', `UPDATE account SET deactivated_at = 1 WHERE id = '$id'`],
  ])('%s: the sign-in opens no session', async (_what, statement) => {
    const owner = await server.member()
    const before = await sessions(owner)
    const text = statement.replace('$other', server.administrator.id).replace('$id', owner.id)
    const answer = await meanwhile(server, owner, () => signIn(owner), text)
    expect(answer).toMatchObject({ status: 401, body: { code: 'sign_in_failed' } })
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(await sessions(owner)).toEqual(before)
    // The password was right when it was read: this is not the refusal of a wrong one.
    expect(await failed(owner)).toEqual([])
  })

  test('it is changed by somebody else: the change that was checked against the former one is refused', async () => {
    const owner = await server.member()
    const elsewhere = await owner.signInAgain()
    const [other] = await server.sql<{ hash: string }>(
      `SELECT password_hash AS hash FROM member WHERE account_id = '${server.administrator.id}'`,
    )
    const body = { currentPassword: owner.password, newPassword: 'a password of somebody in a hurry' }
    const answer = await meanwhile(
      server,
      owner,
      () => owner.put('/api/v1/me/password', body),
      `UPDATE member SET password_hash = '${other?.hash}' WHERE account_id = '${owner.id}'`,
    )
    expect(answer.body.code).toBe('current_password_wrong')
    expect(await hashOf(owner)).toBe(other?.hash)
    expect((await elsewhere.get('/api/v1/me')).status).toBe(200)
  })

  test('nothing changes: the sign-in opens a session', async () => {
    const owner = await server.member()
    const answer = await meanwhile(server, owner, () => signIn(owner), 'SELECT 1')
    expect(answer.status).toBe(201)
  })
})
