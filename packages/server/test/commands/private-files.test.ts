import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/databases.ts'
import { runProgram, startServerProcess } from '../support/server-process.ts'

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const fileOf = ({ url }: TestDatabase) => url.slice('sqlite:'.length)

describe('Files of the server', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ramp-private-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('belong to its user alone, whatever umask it was started with', async () => {
    const server = await startServerProcess({
      env: { RAMP_DATABASE_URL: `sqlite:${folder}/new/data/ramp.db` },
      runtime: ['/bin/sh', '-c', 'umask 000; exec "$0" "$@"', process.execPath],
    })
    try {
      expect(modeOf(join(folder, 'new'))).toBe('700')
      expect(modeOf(join(folder, 'new/data'))).toBe('700')
      const names = readdirSync(join(folder, 'new/data'))
      expect(names).toEqual(expect.arrayContaining(['ramp.db', 'ramp.db-shm', 'ramp.db-wal']))
      expect(names.map((name) => `${name} ${modeOf(join(folder, 'new/data', name))}`)).toEqual(
        names.map((name) => `${name} 600`),
      )
    } finally {
      server.kill('SIGTERM')
      await server.exited
    }
  })
})

describe('A database that other users can read', () => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await createDatabase('sqlite')
  })
  afterEach(() => database.remove())

  // The test's own connection keeps the write-ahead log and its index in place.
  test.each(['', '-wal', '-shm'])('is closed to them at start, which says so (ramp.db%s)', async (part) => {
    const path = `${fileOf(database)}${part}`
    chmodSync(path, 0o644)
    const env = { RAMP_DATABASE_URL: database.url }
    const { code, stderr } = await runProgram({ args: ['migrate'], env })
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `Other users of this machine could read ${path}; now only the user of this server can.\n`,
    })
    expect(modeOf(path)).toBe('600')
    expect(await runProgram({ args: ['migrate'], env })).toMatchObject({ code: 0, stderr: '' })
  })

  test.each([0o640, 0o604, 0o602])('is named by doctor, which changes nothing (mode %o)', async (mode) => {
    chmodSync(fileOf(database), mode)
    const { code, stdout } = await runProgram({ args: ['doctor'], env: { RAMP_DATABASE_URL: database.url } })
    expect(code).toBe(1)
    expect(stdout).toContain(
      `✗ private files: other users of this machine can read ${fileOf(database)}: start the server, or run "chmod 600".\n`,
    )
    expect(modeOf(fileOf(database))).toBe(mode.toString(8))
  })
})
