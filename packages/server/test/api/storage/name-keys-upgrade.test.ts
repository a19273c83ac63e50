import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../../src/storage/open-database.ts'
import { newName, signIn } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { startServer, type TestServer } from '../../support/test-app.ts'

/** The schema as it was before names were compared after case folding. */
const BEFORE = [
  'DROP INDEX account_look',
  'DROP INDEX member_email_look',
  'DROP INDEX account_group_look',
  'ALTER TABLE account DROP COLUMN username_look',
  'ALTER TABLE member DROP COLUMN email_look',
  'ALTER TABLE account_group DROP COLUMN name_look',
  "DELETE FROM kysely_migration WHERE name = '0024-name-keys'",
]

onBothEngines('An upgrade of a database with names that now collide', (engine) => {
  let server: TestServer
  beforeEach(async () => {
    server = await startServer(engine)
  })
  afterEach(() => server.close())

  /** What the previous version would have stored for a member of this name. */
  async function madeBefore(username: string, key: string) {
    const password = 'an initial password'
    const { body } = await server.administrator.post('/api/v1/members', {
      username: newName('before'),
      email: `${newName('before')}@example.test`,
      firstName: 'Before',
      lastName: '',
      password,
    })
    await server.sql(`UPDATE account SET username = '${username}', username_key = '${key}' WHERE id = '${body.id}'`)
    return { id: String(body.id), username, password }
  }

  async function upgrade(): Promise<void> {
    for (const statement of BEFORE) await server.sql(statement)
    const before = await server.sql('SELECT epoch FROM authz_clock')
    const database = openDatabase(server.testDatabase.url)
    expect(await database.migrate()).toEqual(['0024-name-keys'])
    await database.close()
    expect(await server.sql('SELECT epoch FROM authz_clock'), 'no cached state ends').toEqual(before)
  }

  test('succeeds, and everybody still signs in by the name they have', async () => {
    const [sharp, double, alone] = [
      await madeBefore('straße', 'straße'),
      await madeBefore('strasse', 'strasse'),
      await madeBefore('Αλέξανδρος', 'αλέξανδρος'),
    ]
    await upgrade()
    for (const each of [sharp, double, alone]) {
      expect((await signIn(server.origin, each)).id, each.username).toBe(each.id)
    }
    const upper = { username: 'ΑΛΈΞΑΝΔΡΟΣ', password: alone.password }
    expect((await signIn(server.origin, upper)).id).toBe(alone.id)
    expect((await signIn(server.origin, { ...double, username: 'STRASSE' })).id).toBe(double.id)
  })

  test('keeps names that look the same, and gives no third one', async () => {
    const [latin, cyrillic] = [await madeBefore('scope', 'scope'), await madeBefore('ѕсоре', 'ѕсоре')]
    await upgrade()
    for (const each of [latin, cyrillic]) expect((await signIn(server.origin, each)).id).toBe(each.id)
    const third = await server.administrator.post('/api/v1/members', {
      username: 'scорe',
      email: 'third@example.test',
      firstName: 'Third',
      lastName: '',
      password: 'an initial password',
    })
    expect(third).toMatchObject({ status: 409, body: { code: 'username_taken' } })
  })

  test('folds what is searched and what must be unique, tokens and groups included', async () => {
    const owner = await server.member()
    const token = await owner.token({ name: 'Maß' })
    const { body: group } = await server.administrator.post('/api/v1/groups', { name: 'Größe' })
    await server.sql(`UPDATE token SET name_key = 'maß' WHERE id = '${token.id}'`)
    await server.sql(`UPDATE account_group SET name_key = 'größe' WHERE id = '${group.id}'`)
    await upgrade()
    expect((await owner.post('/api/v1/tokens', { name: 'MASS' })).body.code).toBe('token_name_taken')
    expect((await server.administrator.post('/api/v1/groups', { name: 'GRÖSSE' })).body.code).toBe('group_name_taken')
    const found = await server.administrator.get(`/api/v1/groups?q=${encodeURIComponent('GRÖSSE')}`)
    expect(found.body.items.map(({ id }: { id: string }) => id)).toEqual([group.id])
  })
})
