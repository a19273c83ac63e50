/** A disk that fails during COMMIT may have kept the change: whoever made it hears so, and repeats it. */
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Problem } from '../../../src/core/problem.ts'
import { commitFailure, isStorageUnavailable } from '../../../src/storage/storage-errors.ts'
import { type Member, newName, signIn } from '../../support/actors.ts'
import { createDatabase, type TestDatabase } from '../../support/databases.ts'
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts'

const ADMIN = { username: 'admin', password: 'the administrator of the tests' }

let database: TestDatabase
let server: ServerProcess
let administrator: Member

beforeAll(async () => {
  database = await createDatabase('sqlite')
  const env = { RAMP_ADMIN_USERNAME: ADMIN.username, RAMP_ADMIN_PASSWORD: ADMIN.password }
  server = await startServerProcess({ env: { RAMP_DATABASE_URL: database.url, ...env } })
  administrator = await signIn(server.origin, ADMIN)
}, 60_000)
afterAll(async () => {
  server?.kill('SIGKILL')
  await server?.exited
  await database?.remove()
})

/** No file of the server grows beyond this any more: a write fails with EFBIG, as on a disk that fails. */
const limitFiles = (bytes: number | 'unlimited') =>
  execFileSync('prlimit', [`--pid=${server.pid}`, `--fsize=${bytes}:unlimited`])

test('A change whose COMMIT meets an I/O error is answered 503 commit_unconfirmed; repeated, it is made once', async () => {
  const token = await administrator.token()
  limitFiles(statSync(`${database.url.slice('sqlite:'.length)}-wal`).size)
  const refused = await administrator.delete(`/api/v1/tokens/${token.id}`)
  expect(refused).toMatchObject({ status: 503, body: { code: 'commit_unconfirmed' }, headers: { 'retry-after': '1' } })
  limitFiles('unlimited')
  expect((await administrator.delete(`/api/v1/tokens/${token.id}`)).status).toBe(204)
  expect(
    await database.sql(`SELECT 1 FROM audit_event WHERE target_id = '${token.id}' AND action = 'token.revoked'`),
  ).toHaveLength(1)
  expect((await administrator.post('/api/v1/tokens', { name: newName('after') })).status).toBe(201)
})

const sqliteError = (errcode: number) => Object.assign(new Error('as SQLite says it'), { errcode })
const postgresError = (code: string) => Object.assign(new Error('as PostgreSQL says it'), { code })

test.each([
  ['SQLite: another process has the lock', sqliteError(5)],
  ['SQLite: a full disk', sqliteError(13)],
  ['SQLite: a constraint', sqliteError(787)],
  ['PostgreSQL: a deferred constraint', postgresError('23503')],
  ['PostgreSQL: a serialization failure', postgresError('40001')],
  ['PostgreSQL: cancelled before it was committed', postgresError('57014')],
])('A COMMIT that was rolled back for certain is no unconfirmed one: %s', (_name, error) => {
  expect(commitFailure(error)).toBe(error)
})

test.each([
  ['SQLite: a failed fsync', sqliteError(1034)],
  ['SQLite: a damaged file', sqliteError(11)],
  ['PostgreSQL: the server is shut down', postgresError('57P01')],
  ['PostgreSQL: a crash', postgresError('57P02')],
  ['PostgreSQL: a disk that is full while WAL is written', postgresError('53100')],
  ['PostgreSQL: completion unknown', postgresError('40003')],
  ['PostgreSQL: committed on this server only', postgresError('08007')],
  ['PostgreSQL: a broken connection', postgresError('08006')],
  ['a reset connection', postgresError('ECONNRESET')],
  ['no answer in time', new Error('Query read timeout')],
  ['something that is no error', 'gone'],
])('A COMMIT whose outcome nobody knows is an unconfirmed one: %s', (_name, error) => {
  expect(commitFailure(error)).toMatchObject({ code: 'commit_unconfirmed', status: 503, cause: error })
})

test.each([
  ['no memory', sqliteError(7)],
  ['too many connections', postgresError('53300')],
  ['a changed password', postgresError('28P01')],
  ['a database that is gone', postgresError('3D000')],
  ['an idle transaction that was ended', postgresError('25P03')],
  ['no file left to open', postgresError('EMFILE')],
  ['a pool that is closed', new Error('Cannot use a pool after calling end on the pool')],
  [
    'a broken connection that is used again',
    new Error('Client has encountered a connection error and is not queryable'),
  ],
])('A database that is at fault is 503, not 500: %s', (_name, error) => {
  expect(isStorageUnavailable(error)).toBe(true)
})

test('A statement that is at fault stays a defect', () => {
  for (const error of [postgresError('42601'), postgresError('23505'), sqliteError(1), new Problem('not_found')])
    expect(isStorageUnavailable(error)).toBe(false)
})
