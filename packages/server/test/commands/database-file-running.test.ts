/** A server whose database file is replaced, written over or cut off while it runs accepts nothing from then on. */
import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Member, signIn, type TokenHolder } from '../support/actors.ts'
import { createEmptyDatabase } from '../support/empty-database.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'

const ADMIN = { username: 'admin', password: 'the administrator of the tests' }
const TOKENS = 12

describe('A server on SQLite', () => {
  let remove: () => Promise<void>
  let file: string
  let server: ServerProcess
  let owner: Member
  let kept: TokenHolder
  let revoked: TokenHolder[]

  /** Leaves `copies/plain.db` and `copies/packed.db`, in which the tokens are not revoked yet. */
  beforeEach(async () => {
    const database = await createEmptyDatabase('sqlite')
    remove = database.remove
    const folder = dirname(database.url.slice('sqlite:'.length))
    mkdirSync(join(folder, 'real'), { recursive: true })
    mkdirSync(join(folder, 'copies'))
    file = join(folder, 'ramp.db')
    symlinkSync(join(folder, 'real/ramp.db'), file)
    server = await startServerProcess({
      env: {
        RAMP_DATABASE_URL: `sqlite:${file}`,
        RAMP_ADMIN_USERNAME: ADMIN.username,
        RAMP_ADMIN_PASSWORD: ADMIN.password,
      },
    })
    owner = await signIn(server.origin, ADMIN)
    kept = await owner.token()
    revoked = []
    for (let made = 0; made < TOKENS; made++) revoked.push(await owner.token())
    const source = new DatabaseSync(file)
    source.exec(`VACUUM INTO '${join(folder, 'copies/packed.db')}'`)
    source.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    copyFileSync(join(folder, 'real/ramp.db'), join(folder, 'copies/plain.db'))
    for (const { id } of revoked) expect((await owner.delete(`/api/v1/tokens/${id}`)).status).toBe(204)
    source.exec('PRAGMA wal_checkpoint(PASSIVE)')
    source.close()
    expect((await kept.get('/api/v1/me')).status).toBe(200)
  })
  afterEach(async () => {
    server.kill('SIGKILL')
    await server.exited
    await remove()
  })

  const beside = (name: string) => join(dirname(file), name)
  const real = (suffix = '') => beside(`real/ramp.db${suffix}`)

  test.each<[string, () => void]>([
    ['an older copy written over it', () => copyFileSync(beside('copies/plain.db'), file)],
    ['an older, packed copy written over it', () => copyFileSync(beside('copies/packed.db'), file)],
    ['an older copy moved to its place', () => renameSync(beside('copies/plain.db'), real())],
    [
      'a link that leads to an older copy',
      () => {
        rmSync(file)
        symlinkSync(beside('copies/plain.db'), file)
      },
    ],
    ['a file that is gone', () => rmSync(real())],
    ['a link that leads nowhere', () => rmSync(file)],
    ['an emptied file', () => truncateSync(file)],
    ['half of the file', () => truncateSync(file, 8192)],
    ['a text written over it', () => writeFileSync(file, 'this is no database'.repeat(10_000))],
    [
      'a folder in its place',
      () => {
        rmSync(real())
        mkdirSync(real())
      },
    ],
  ])('refuses everything after %s, and says so once in one sentence', async (_what, replace) => {
    replace()
    for (const script of revoked) expect((await script.get('/api/v1/me')).status).not.toBe(200)
    await expect.poll(async () => (await kept.get('/api/v1/me')).status, { timeout: 250 }).toBe(503)
    for (const script of [...revoked, kept]) {
      expect(await script.get('/api/v1/me')).toMatchObject({ status: 503, body: { code: 'verification_unavailable' } })
    }
    for (const answer of [await owner.get('/api/v1/me'), await owner.post('/api/v1/tokens', { name: 'too late' })]) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'storage_unavailable' } })
    }
    expect((await owner.get('/readyz')).status).toBe(503)
  })

  test.each<[string, () => void]>([
    ['without its log', () => rmSync(real('-wal'))],
    ['without the index of its log', () => rmSync(real('-shm'))],
    ['with its log cut off', () => truncateSync(real('-wal'))],
    ['with the log of another database', () => writeFileSync(real('-wal'), Buffer.alloc(4_000_000, 7))],
  ])('refuses everything %s', async (_what, spoil) => {
    // So that there are frames in the log that count.
    await owner.token()
    spoil()
    await expect.poll(async () => (await kept.get('/api/v1/me')).status, { timeout: 250 }).toBe(503)
    for (const script of revoked) expect((await script.get('/api/v1/me')).status).toBe(503)
    expect(await owner.post('/api/v1/tokens', { name: 'too late' })).toMatchObject({ status: 503 })
  })

  test('goes on while others read, write, pack and check the file by SQLite itself', async () => {
    const operator = new DatabaseSync(file)
    for (let round = 0; round < 5; round++) {
      operator.exec('UPDATE account SET display_name = display_name')
      operator.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      await expect.poll(async () => (await kept.get('/api/v1/me')).status, { timeout: 250 }).toBe(200)
      operator.exec('VACUUM; PRAGMA wal_checkpoint(RESTART)')
      expect((await kept.get('/api/v1/me')).status).toBe(200)
      expect((await owner.token()).id).toHaveLength(12)
    }
    operator.close()
    for (const script of revoked) expect((await script.get('/api/v1/me')).body.code).toBe('token_revoked')
  })
})
