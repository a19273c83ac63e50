import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { signIn } from '../support/actors.ts'
import { onBothEngines } from '../support/databases.ts'
import { createEmptyDatabase } from '../support/empty-database.ts'
import { runProgram, startProgram } from '../support/server-process.ts'
import { startServer } from '../support/test-app.ts'

const program = fileURLToPath(new URL('../../../../demo/run.ts', import.meta.url))

/** The history of a year: some ten seconds, more on a busy machine. */
const HISTORY_MS = 300_000

onBothEngines('npm run demo', (engine) => {
  test('leaves a database alone that has other data', async () => {
    const server = await startServer(engine)
    try {
      await server.administrator.token()
      const before = await server.sql('SELECT * FROM audit_event ORDER BY id')
      const refused = await runProgram({ program, env: { RAMP_DATABASE_URL: server.testDatabase.url } })
      expect(refused).toMatchObject({
        code: 1,
        stdout: '',
        stderr: 'RAMP_DATABASE_URL names a database that has other data; the demo leaves it alone. Name a new one.\n',
      })
      expect(await server.sql('SELECT * FROM audit_event ORDER BY id')).toEqual(before)
    } finally {
      await server.close()
    }
  })

  test(
    'makes an organisation once, serves it, and starts again on what it made',
    async () => {
      const database = await createEmptyDatabase(engine)
      const env = { RAMP_DATABASE_URL: database.url, RAMP_PORT: '0' }
      const countsAfter = async (says: RegExp) => {
        const demo = startProgram({ program, env })
        const origin = await Promise.race([demo.printed(/Server listening at (http:[^"\s]+)/), demo.exited])
        if (typeof origin !== 'string') throw new Error(`It ended: ${JSON.stringify(origin)}`)
        expect(demo.stdout.join('')).toMatch(says)
        const [, password = ''] = /with the password "(.+)"/.exec(demo.stdout.join('')) ?? []
        const roles: string[][] = []
        for (const username of ['ada.lindqvist', 'tom.becker', 'ines.moreau']) {
          const { body } = await (await signIn(origin, { username, password })).get('/api/v1/me')
          roles.push(body.account.roles)
        }
        expect(roles).toEqual([
          ['Administrator'],
          ['GlobalInstanceEditor', 'GlobalInstanceExecutor', 'GlobalInstanceObserver', 'GlobalTemplateViewer'],
          ['Auditor', 'GlobalInstanceObserver', 'GlobalTemplateViewer'],
        ])
        demo.kill('SIGTERM')
        expect((await demo.exited).code).toBe(0)
        return countRows()
      }
      const countRows = async () => {
        const [row] = await database.sql(`SELECT
          (SELECT count(*) FROM member) AS members,
          (SELECT count(*) FROM account WHERE kind = 'member' AND deactivated_at IS NOT NULL) AS left_members,
          (SELECT count(*) FROM service_account) AS machines,
          (SELECT count(*) FROM account_group) AS groups,
          (SELECT count(*) FROM token) AS tokens,
          (SELECT count(*) FROM token WHERE revoked_at IS NOT NULL) AS revoked,
          (SELECT count(*) FROM token_usage) AS used,
          (SELECT count(*) FROM token_day) AS days`)
        return Object.fromEntries(Object.entries(row ?? {}).map(([name, count]) => [name, Number(count)]))
      }
      try {
        const made = await countsAfter(/^Making the sample organisation/)
        expect(made).toMatchObject({ members: 42, left_members: 4, machines: 8, groups: 9 })
        expect(made['tokens']).toBeGreaterThan(300)
        expect(made['revoked']).toBeGreaterThan(30)
        expect(made['used']).toBeGreaterThan(200)
        expect(made['days']).toBeGreaterThan(5000)
        expect(await countsAfter(/^(?!Making)/)).toEqual(made)
      } finally {
        await database.remove()
      }
    },
    HISTORY_MS,
  )
})
