import { execFileSync } from 'node:child_process'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import type { TokenHolder } from '../../support/actors.ts'
import { useServer } from '../../support/test-app.ts'

describe('The cache over SQLite', () => {
  const server = useServer('sqlite')
  const statistics = () => server.services.verifier.statistics
  const outcome = async (script: TokenHolder) => {
    const { status, body } = await script.get('/api/v1/me')
    return status === 200 ? 'active' : body.code
  }
  /** A token that is answered from memory. */
  const warm = async () => {
    const owner = await server.member()
    const script = await owner.token()
    expect(await outcome(script)).toBe('active')
    const { cacheMisses } = statistics()
    expect(await outcome(script)).toBe('active')
    expect(statistics().cacheMisses).toBe(cacheMisses)
    return { owner, script }
  }

  test('refuses the next call after another process revoked by SQL', async () => {
    const { script } = await warm()
    const program = `
      const { DatabaseSync } = require('node:sqlite')
      const [file, id] = process.argv.slice(1)
      const database = new DatabaseSync(file)
      database.prepare('UPDATE token SET revoked_at = 1, name_released_at = 1 WHERE id = ?').run(id)
      database.close()`
    execFileSync(process.execPath, ['-e', program, server.testDatabase.url.slice('sqlite:'.length), script.id])
    expect(await outcome(script)).toBe('token_revoked')
  })

  test.each([
    [
      'a token by one that is revoked',
      (id: string, columns: string) =>
        `INSERT OR REPLACE INTO token SELECT ${columns.replace('revoked_at', '7').replace('name_released_at', '7')} FROM token WHERE id = '${id}'`,
      'token_revoked',
    ],
    [
      'a token by another of the same name',
      (id: string, columns: string) =>
        `INSERT OR REPLACE INTO token SELECT ${columns.replace('id', "'replacement0'")} FROM token WHERE id = '${id}'`,
      'token_invalid',
    ],
    [
      'a token by another of the same row number',
      (id: string, columns: string) =>
        `INSERT OR REPLACE INTO token (rowid, ${columns})
          SELECT rowid, ${columns.replace('id', "'replacement1'").replace('name_key', "'other'")} FROM token WHERE id = '${id}'`,
      'token_invalid',
    ],
  ])('sees INSERT OR REPLACE of %s', async (_what, statement, code) => {
    const { script } = await warm()
    const columns = await server.sql<{ name: string }>("SELECT name FROM pragma_table_info('token')")
    await server.sql('DELETE FROM token_usage')
    await server.sql(statement(script.id, columns.map(({ name }) => name).join(', ')))
    expect(await outcome(script)).toBe(code)
  })

  test('sees UPDATE OR REPLACE that puts another token in its place', async () => {
    const { owner, script } = await warm()
    const other = await owner.token()
    await server.services.usage.flush()
    await server.sql('DELETE FROM token_usage')
    const name = `(SELECT name_key FROM token WHERE id = '${script.id}')`
    await server.sql(`UPDATE OR REPLACE token SET name_key = ${name} WHERE id = '${other.id}'`)
    expect(await outcome(script)).toBe('token_invalid')
    expect(await outcome(other)).toBe('active')
  })

  test.each(['OR IGNORE', 'OR FAIL', 'OR ROLLBACK'])('sees UPDATE %s', async (clause) => {
    const { script } = await warm()
    await server.sql(`UPDATE ${clause} token SET revoked_at = 1, name_released_at = 1 WHERE id = '${script.id}'`)
    expect(await outcome(script)).toBe('token_revoked')
  })

  test('sees INSERT OR REPLACE of a role', async () => {
    const { owner, script } = await warm()
    await server.sql(
      `INSERT OR REPLACE INTO role_grant (account_id, role, granted_at) VALUES ('${owner.id}', 'Auditor', 1)`,
    )
    expect((await script.get('/api/v1/me')).body.account.roles).toEqual(['Auditor'])
  })

  test('forgets everything if the changes between were pruned, or the file is an older copy', async () => {
    for (const loss of ['DELETE FROM authz_change', 'UPDATE authz_clock SET epoch = 0']) {
      const { script } = await warm()
      await server.sql(`UPDATE token SET revoked_at = 1, name_released_at = 1 WHERE id = '${script.id}'`)
      await server.sql('DELETE FROM authz_change')
      await server.sql(loss)
      expect(await outcome(script)).toBe('token_revoked')
    }
  })

  test('keeps what it has when usage is flushed, a token is made, somebody signs in, or an event is written', async () => {
    const { owner, script } = await warm()
    const before = { ...statistics() }
    await server.services.usage.flush()
    expect(await outcome(script)).toBe('active')
    await owner.token()
    await owner.signInAgain()
    expect(await outcome(script)).toBe('active')
    expect(statistics().cacheMisses).toBe(before.cacheMisses)
  })

  test('drops what was changed and keeps the rest', async () => {
    const [changed, kept] = [await warm(), await warm()]
    await server.sql(`UPDATE token SET expires_at = NULL WHERE id = '${changed.script.id}'`)
    const { cacheMisses } = statistics()
    expect(await outcome(kept.script)).toBe('active')
    expect(statistics().cacheMisses).toBe(cacheMisses)
    expect(await outcome(changed.script)).toBe('active')
    expect(statistics().cacheMisses).toBe(cacheMisses + 1)
  })

  test.each([
    ['judges whoever asks in the same turn, after the first was answered, by what changed since', false, 'revoked'],
    ['judges those that are asked together at the same moment', true, 'active'],
  ])('%s', async (_what, hasCompany, expected) => {
    const [first, second] = [await warm(), await warm()]
    const operator = new DatabaseSync(server.testDatabase.url.slice('sqlite:'.length))
    const revoke = () =>
      operator.exec(`UPDATE token SET revoked_at = 1, name_released_at = 1 WHERE id = '${second.script.id}'`)
    const ask = ({ script }: typeof first, onAnswer = () => {}) =>
      new Promise<string>((resolve) =>
        server.services.verifier.verify(
          new Secret(script.secret),
          { address: '127.0.0.1', client: undefined },
          (verdict) => {
            onAnswer()
            resolve(verdict.outcome)
          },
          hasCompany,
        ),
      )
    expect(await Promise.all([ask(first, revoke), ask(second)])).toEqual(['active', expected])
    operator.close()
  })
})
