// Logto: personal access tokens were stored in plain text and readable in the list. Here: a dump of the whole database
// and of all log lines, at the most talkative level, holds no secret that was given out or typed in; nor does any
// answer but the one that gives it out.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { onBothEngines } from '../support/databases.ts'
import type { Answer } from '../support/http-client.ts'
import { type TestServer, useServer } from '../support/test-app.ts'
import { tablesOf } from '../support/write-log.ts'

/** All that there is, as an operator's dump or a stolen disk shows it. */
async function dump(server: TestServer): Promise<string> {
  const texts: string[] = []
  for (const table of await tablesOf(server)) {
    const rows = await server.sql(`SELECT * FROM ${table}`)
    texts.push(
      JSON.stringify(rows, (_key, value: unknown) => {
        if (!(value instanceof Uint8Array)) return value
        const bytes = Buffer.from(value)
        return [bytes.toString('latin1'), bytes.toString('hex'), bytes.toString('base64')]
      }),
    )
  }
  if (server.engine === 'sqlite') {
    const file = server.testDatabase.url.slice('sqlite:'.length)
    for (const path of [file, `${file}-wal`]) texts.push(readFileSync(path, 'latin1'))
  }
  return texts.join('\n')
}

/** A secret as it stands, and as it would look after an encoding; letters in any case, since usernames are folded. */
const formsOf = (secret: string) => [
  secret,
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
]

onBothEngines('A dump of the database and of the logs', (engine) => {
  const server = useServer(engine)

  test('holds no token, password or cookie, wherever it was put', async () => {
    const owner = await server.member()
    const script = await owner.token()
    // Without the public part in front of it, which may be everywhere.
    const secretPart = script.secret.slice(script.secret.indexOf(script.id) + script.id.length)
    const answers: Answer[] = []
    const heard = async (answer: Promise<Answer>) => answers.push(await answer)

    await heard(script.get('/api/v1/me', { 'user-agent': `curl ${script.secret}` }))
    await heard(owner.get('/api/v1/tokens'))
    await heard(owner.get(`/api/v1/tokens/${script.id}`))
    await heard(server.anonymous.get(`/api/v1/me?access_token=${script.secret}`))
    await heard(server.anonymous.get(`/api/v1/tokens/${script.secret}`))
    await heard(server.anonymous.get(`/nowhere/${script.secret}`))
    await heard(server.anonymous.get('/api/v1/me', { authorization: `Basic ${script.secret}` }))
    await heard(server.anonymous.get('/api/v1/me', { authorization: `Bearer ${script.secret} ${script.secret}` }))
    await heard(owner.post('/api/v1/tokens', { name: script.secret }))
    await heard(owner.post('/api/v1/tokens', { name: 'x', [script.secret]: 1 }))
    await heard(owner.post('/api/v1/tokens', `{"name": "${script.secret}"`))
    await heard(owner.post('/api/v1/tokens', { name: 'x', expiresAt: script.secret, permissions: [script.secret] }))
    await heard(server.anonymous.post('/api/v1/session', { username: script.secret, password: script.secret }))
    await heard(server.anonymous.post('/api/v1/session', { username: owner.password, password: 'wrong' }))
    await heard(server.anonymous.post('/api/v1/session', { username: owner.username, password: `${owner.password}!` }))
    await heard(owner.delete(`/api/v1/tokens/${script.id}`))
    await heard(owner.get('/api/v1/tokens?status=all'))
    await heard(server.administrator.get('/api/v1/audit-events?limit=200'))
    await heard(server.anonymous.get('/metrics'))
    await server.services.usage.flush()

    const cookie = owner.cookie.slice(owner.cookie.indexOf('=') + 1)
    const passwords = [owner.password, `initial password of ${owner.username}`, server.administrator.password]
    const places = { database: await dump(server), log: server.log.join('\n'), answers: JSON.stringify(answers) }
    expect(places.database).toContain(script.id)
    expect(places.log).toContain('/api/v1/tokens')
    for (const secret of [script.secret, secretPart, cookie, ...passwords].flatMap(formsOf)) {
      for (const [place, text] of Object.entries(places)) {
        expect(text.toLowerCase().includes(secret.toLowerCase()), `a secret is in the ${place}`).toBe(false)
      }
    }
  })
})
