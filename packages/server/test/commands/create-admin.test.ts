import { afterAll, beforeAll, expect, test } from 'vitest'
import { signIn } from '../support/actors.ts'
import { onBothEngines, type TestDatabase } from '../support/databases.ts'
import { createEmptyDatabase } from '../support/empty-database.ts'
import { runProgram } from '../support/server-process.ts'
import { startServer, type TestServer } from '../support/test-app.ts'

onBothEngines('ramp-server create-admin', (engine) => {
  let database: TestDatabase
  let server: TestServer
  const createAdmin = (args: readonly string[], stdin?: string) =>
    runProgram({
      args: ['create-admin', ...args],
      env: { RAMP_DATABASE_URL: database.url },
      ...(stdin !== undefined && { stdin }),
    })

  beforeAll(async () => {
    database = await createEmptyDatabase(engine)
    // On an empty database, too: it migrates first.
    expect((await createAdmin(['first'], 'the first of them\n')).code).toBe(0)
    server = await startServer(engine, { on: database })
  })
  afterAll(async () => {
    await server.close()
    await database.remove()
  })

  test('takes the password from standard input, as it is, and does not repeat it', async () => {
    const password = ' with spaces, ünïcode and a trailing one '
    const exit = await createAdmin(['second'], `${password}\n`)
    expect(exit).toMatchObject({ code: 0, stdout: 'Made the Administrator second.\n', stderr: '' })
    const me = await (await signIn(server.origin, { username: 'second', password })).get('/api/v1/me')
    expect(me.body.account.roles).toEqual(['Administrator'])
  })

  test('makes one if there is none, shows it once, and lets nobody keep it', async () => {
    const { code, stdout } = await createAdmin(['third'])
    expect(code).toBe(0)
    const [, password = ''] = /first sign-in: (\S+)\n$/.exec(stdout) ?? []
    const session = await signIn(server.origin, { username: 'third', password })
    expect((await session.get('/api/v1/members')).body.code).toBe('password_change_required')
  })

  test('leaves an audit event of the system', async () => {
    await createAdmin(['fourth'], 'a password of the fourth')
    const events = await database.sql(
      'SELECT credential, actor_account_id, detail FROM audit_event WHERE detail LIKE \'%"fourth"%\'',
    )
    expect(events).toEqual([
      { credential: 'system', actor_account_id: null, detail: '{"username":"fourth","roles":["Administrator"]}' },
    ])
  })

  test.each([
    { args: [], stdin: 'a good password', says: /^Say which username/ },
    { args: ['two words'], stdin: 'a good password', says: /^Say which username/ },
    { args: ['-rf'], stdin: 'a good password', says: /^Say which username/ },
    { args: ['fifth'], stdin: 'short', says: /at least 8 characters/ },
    { args: ['fifth-one'], stdin: 'FIFTH-ONE', says: /must not be the username/ },
    { args: ['fifth'], stdin: 'password123', says: /guessed first/ },
    { args: ['fifth'], stdin: 'aaaaaaaaaaaa', says: /repeats/ },
    { args: ['FIRST'], stdin: 'a good password', says: /username/ },
  ])('refuses $args with "$stdin", in one sentence, and makes nobody', async ({ args, stdin, says }) => {
    const before = await database.sql('SELECT * FROM account ORDER BY id')
    const exit = await createAdmin(args, `${stdin}\n`)
    expect(exit).toMatchObject({ code: 1, stdout: '' })
    expect(exit.stderr).toMatch(says)
    expect(exit.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(exit.stderr).not.toContain(stdin)
    expect(await database.sql('SELECT * FROM account ORDER BY id')).toEqual(before)
  })
})
