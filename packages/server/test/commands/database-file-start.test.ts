/** What a server and `doctor` say of a database file that is not the one it was, in one sentence each; and that nothing is revived. */
import { copyFileSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Member, signIn, TokenHolder } from '../support/actors.ts'
import { createEmptyDatabase } from '../support/empty-database.ts'
import { runProgram, type ServerProcess, startServerProcess } from '../support/server-process.ts'

const ADMIN = { username: 'admin', password: 'the administrator of the tests' }

describe('A database file that is not as the server left it', () => {
  let remove: () => Promise<void>
  let folder: string
  let env: Record<string, string>
  let revoked: TokenHolder
  let kept: TokenHolder
  let server: ServerProcess | undefined

  const file = (suffix = '') => join(folder, `ramp.db${suffix}`)
  const saved = (name: string) => join(folder, 'saved', name)
  const run = (...args: string[]) => runProgram({ args, env })

  async function start(): Promise<Member> {
    server = await startServerProcess({ env })
    return signIn(server.origin, ADMIN)
  }
  async function stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    server?.kill(signal)
    await server?.exited
  }

  /** `older.db` is a backup from before the revocation; `latest.*` is all that a killed server left. */
  beforeAll(async () => {
    const database = await createEmptyDatabase('sqlite')
    remove = database.remove
    folder = dirname(database.url.slice('sqlite:'.length))
    mkdirSync(join(folder, 'saved'), { recursive: true })
    env = {
      RAMP_DATABASE_URL: database.url.replace(/new\.db$/, 'ramp.db'),
      RAMP_ADMIN_USERNAME: ADMIN.username,
      RAMP_ADMIN_PASSWORD: ADMIN.password,
    }
    const owner = await start()
    ;[revoked, kept] = [await owner.token(), await owner.token()]
    expect(await run('backup', saved('older.db'))).toMatchObject({ code: 0, stderr: '' })
    const operator = new DatabaseSync(file())
    operator.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    expect((await owner.delete(`/api/v1/tokens/${revoked.id}`)).status).toBe(204)
    operator.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    operator.close()
    // The witness notes the checkpoint within a second.
    await expect.poll(() => lastSeen().fileEventId, { timeout: 10_000 }).toBe(5)
    await owner.token()
    await expect.poll(() => lastSeen().eventId, { timeout: 10_000 }).toBe(6)
    await stop('SIGKILL')
    for (const suffix of ['', '-wal', '-witness', '-witness-wal']) copyFileSync(file(suffix), saved(`latest${suffix}`))
  })
  afterEach(async () => {
    await stop('SIGKILL')
    for (const suffix of ['', '-wal', '-shm', '-witness', '-witness-wal', '-witness-shm'])
      rmSync(file(suffix), { recursive: true, force: true })
    for (const suffix of ['', '-wal', '-witness', '-witness-wal']) copyFileSync(saved(`latest${suffix}`), file(suffix))
  })
  afterAll(() => remove())

  function lastSeen() {
    const witness = new DatabaseSync(file('-witness'), { readOnly: true })
    const [seen] = witness.prepare('SELECT event_id AS eventId, file_event_id AS fileEventId FROM sighting').all()
    witness.close()
    return (seen ?? {}) as { eventId?: number; fileEventId?: number }
  }

  const withoutLog = () => rmSync(file('-wal'))

  test.each<[string, () => void, RegExp]>([
    [
      'an older copy',
      () => {
        withoutLog()
        copyFileSync(saved('older.db'), file())
      },
      /older copy, without .* --accept/,
    ],
    [
      'an older copy, moved',
      () => {
        withoutLog()
        renameSync(copyOf('older.db'), file())
      },
      /older copy, without/,
    ],
    ['an older copy beside the log that is left', () => copyFileSync(saved('older.db'), file()), /write-ahead log/],
    [
      'another database of RAMP',
      () => {
        withoutLog()
        otherDatabase()
      },
      /older copy|another database/,
    ],
    [
      'a database of another program',
      () => {
        withoutLog()
        foreignDatabase()
      },
      /not one of RAMP/,
    ],
    [
      'no file',
      () => {
        withoutLog()
        rmSync(file())
      },
      /missing/,
    ],
    [
      'an empty file',
      () => {
        withoutLog()
        truncateSync(file())
      },
      /missing/,
    ],
    [
      'half of it',
      () => {
        withoutLog()
        truncateSync(file(), 32_768)
      },
      /damaged/,
    ],
    [
      'a text',
      () => {
        withoutLog()
        writeFileSync(file(), 'no database'.repeat(999))
      },
      /not a SQLite database|something else/,
    ],
    [
      'a folder',
      () => {
        withoutLog()
        rmSync(file())
        mkdirSync(file())
      },
      /not a file|something that|cannot be opened/,
    ],
  ])('is refused: %s', async (_what, replace, sentence) => {
    replace()
    const refused = await run('serve')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(sentence)
    expect(refused.stderr.trimEnd()).not.toContain('\n')
    const examined = await run('doctor')
    expect(examined).toMatchObject({ code: 1, stderr: '' })
    expect(examined.stdout).toMatch(new RegExp(`✗ [^\\n]*(${sentence.source})`))
  })

  function copyOf(name: string): string {
    copyFileSync(saved(name), join(folder, 'copy.db'))
    return join(folder, 'copy.db')
  }
  function otherDatabase(): void {
    copyFileSync(saved('older.db'), file())
    const other = new DatabaseSync(file())
    other.exec('UPDATE database_generation SET generation = 5; PRAGMA user_version = 5')
    other.exec('UPDATE authz_clock SET epoch = 1000')
    other.close()
  }
  function foreignDatabase(): void {
    rmSync(file())
    const other = new DatabaseSync(file())
    other.exec('CREATE TABLE notes (text)')
    other.close()
  }

  test('is what a killed server left: it starts again, and what was revoked stays revoked', async () => {
    await start()
    expect((await at(revoked).get('/api/v1/me')).body.code).toBe('token_revoked')
    expect((await at(kept).get('/api/v1/me')).status).toBe(200)
  })

  const at = (holder: TokenHolder) => new TokenHolder(server?.origin ?? '', holder)

  test('is restored only while nobody uses it, and only when somebody has decided', async () => {
    await start()
    const used = await run('restore', saved('older.db'), '--leave-active')
    expect(used).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('stop it first') })
    await stop()
    const undecided = await run('restore', saved('older.db'))
    expect(undecided).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing was changed: decide with') })
    expect(undecided.stdout).toContain(`1 revoked tokens: ${revoked.id}`)
    expect((await run('restore', saved('older.db'), '--dry-run', '--revoke-again')).code).toBe(0)
    await start()
    expect((await at(revoked).get('/api/v1/me')).body.code).toBe('token_revoked')
  })

  test.each([
    ['--revoke-again', 'token_revoked', undefined],
    ['--leave-active', undefined, undefined],
    ['--end-since-backup', 'token_revoked', 'token_revoked'],
  ])('is restored with %s', async (choice, ofRevoked, ofKept) => {
    const { epoch: before } = clockOf(saved('latest'))
    // Without the former database nobody can tell which tokens were used.
    const lost = choice === '--end-since-backup'
    if (lost) rmSync(file())
    const { code, stderr } = await run('restore', saved('older.db'), choice)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(clockOf(file()).epoch).toBeGreaterThan(before + 1000)
    const owner = await start()
    for (const [holder, expected] of [
      [revoked, ofRevoked],
      [kept, ofKept],
    ] as const) {
      expect((await at(holder).get('/api/v1/me')).body.code).toBe(expected)
    }
    const { body } = await owner.get('/api/v1/audit-events?action=database.restored')
    expect(body.items).toHaveLength(1)
    expect(Date.parse(body.items[0].detail.missingFrom)).toBeLessThan(Date.parse(body.items[0].detail.missingUntil))
    await stop()
    expect((await run('audit', 'verify')).stdout).toMatch(/^ok: .*A restore is recorded as event 5: /s)
    expect(await run('doctor')).toMatchObject({ code: 0 })
  })

  function clockOf(path: string): { epoch: number } {
    const db = new DatabaseSync(path, { readOnly: true })
    const clock = db.prepare('SELECT epoch FROM authz_clock').get() as { epoch: number }
    db.close()
    return clock
  }

  test('put in its place by hand is accepted with an audit export that tells what had ended', async () => {
    await start()
    const owner = await signIn(server?.origin ?? '', ADMIN)
    const exported = await owner.get('/api/v1/audit-events/export')
    writeFileSync(join(folder, 'events.jsonl'), exported.body)
    await stop()
    copyFileSync(saved('older.db'), file())
    const args = ['restore', '--accept', '--compare', join(folder, 'events.jsonl')]
    expect((await run(...args)).stdout).toContain(`1 revoked tokens: ${revoked.id}`)
    expect(await run(...args, '--revoke-again')).toMatchObject({ code: 0, stderr: '' })
    await start()
    expect((await at(revoked).get('/api/v1/me')).body.code).toBe('token_revoked')
    expect((await at(kept).get('/api/v1/me')).status).toBe(200)
  })

  test.each<[string, () => string[], RegExp]>([
    ['over a file that is there', () => ['backup', saved('older.db')], /overwrites nothing/],
    ['from a copy with a log beside it', () => ['restore', saved('latest'), '--leave-active'], /no complete backup/],
    ['from a text', () => ['restore', textFile(), '--leave-active'], /damaged, or is no SQLite database/],
    ['from nothing', () => ['restore', saved('nowhere'), '--leave-active'], /is not there/],
    [
      'in two ways at once',
      () => ['restore', saved('older.db'), '--leave-active', '--revoke-again'],
      /Say what to restore/,
    ],
  ])('is neither backed up nor restored %s', async (_what, args, sentence) => {
    const { code, stderr } = await run(...args())
    expect(code).toBe(1)
    expect(stderr).toMatch(sentence)
    expect(stderr.trimEnd()).not.toContain('\n')
    await start()
    expect((await at(revoked).get('/api/v1/me')).body.code).toBe('token_revoked')
  })

  function textFile(): string {
    writeFileSync(join(folder, 'text'), 'this is no database'.repeat(999))
    return join(folder, 'text')
  }
})
