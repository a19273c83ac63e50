/** What PostgreSQL's tests show of a database that is gone, for a SQLite file that cannot be read. */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { newName, type TokenHolder } from '../../support/actors.ts'
import { useServer } from '../../support/test-app.ts'

const outcome = async (script: TokenHolder) => {
  const { status, body } = await script.get('/api/v1/me')
  return status === 200 ? 'active' : `${status} ${body.code}`
}
const UNAVAILABLE = '503 verification_unavailable'
const REVOKED = '401 token_revoked'

describe('A SQLite file that cannot be read', () => {
  const server = useServer('sqlite')

  /** Runs statements in one transaction, as an operator at the prompt does. */
  function type(...statements: readonly string[]): void {
    const prompt = new DatabaseSync(server.testDatabase.url.slice('sqlite:'.length))
    try {
      prompt.exec(`BEGIN; ${statements.join('; ')}; COMMIT`)
    } finally {
      prompt.close()
    }
  }
  const revoke = ({ id }: TokenHolder) => `UPDATE token SET revoked_at = 1, name_released_at = 1 WHERE id = '${id}'`
  const away = (table: string) => `ALTER TABLE ${table} RENAME TO ${table}_away`
  const back = (table: string) => `ALTER TABLE ${table}_away RENAME TO ${table}`

  async function warm(): Promise<TokenHolder> {
    const script = await server.administrator.token()
    expect(await outcome(script)).toBe('active')
    const { cacheMisses } = server.services.verifier.statistics
    expect(await outcome(script)).toBe('active')
    expect(server.services.verifier.statistics.cacheMisses).toBe(cacheMisses)
    return script
  }

  test.each(['authz_clock', 'authz_change'])(
    'lets nobody in from memory, call after call, while %s is missing',
    async (table) => {
      const [revoked, untouched] = [await warm(), await warm()]
      type(revoke(revoked), away(table))
      for (let call = 0; call < 3; call++) {
        expect(await outcome(revoked)).toBe(UNAVAILABLE)
        expect(await outcome(untouched)).toBe(UNAVAILABLE)
      }
      expect((await server.administrator.get('/api/v1/me')).status, 'nor a session').toBeGreaterThanOrEqual(500)
      expect((await server.anonymous.get('/healthz')).status).toBe(200)
      type(back(table))
      expect(await outcome(revoked)).toBe(REVOKED)
      expect(await outcome(untouched)).toBe('active')
      expect((await server.administrator.get('/api/v1/me')).status).toBe(200)
    },
  )

  test.each(['token', 'account', 'group_role'])(
    'keeps no snapshot open after a read that failed while %s was missing',
    async (table) => {
      const owner = await server.member()
      const { body: group } = await server.administrator.post('/api/v1/groups', { name: newName('group') })
      const script = await warm()
      const unread = await owner.token()
      // Neither the account nor what its group gives is in memory now.
      await server.administrator.put(`/api/v1/groups/${group.id}/members/${owner.id}`)
      type(away(table))
      try {
        expect(await outcome(unread)).toBe(UNAVAILABLE)
      } finally {
        type(back(table))
      }
      type(revoke(script))
      expect(await outcome(script)).toBe(REVOKED)
      expect(await outcome(unread)).toBe('active')
    },
  )

  test('keeps no snapshot open after a session could not be read', async () => {
    const owner = await server.member()
    const script = await warm()
    await server.administrator.put(`/api/v1/members/${owner.id}/roles/Auditor`)
    type(away('role_grant'))
    expect((await owner.get('/api/v1/me')).status).toBeGreaterThanOrEqual(500)
    type(back('role_grant'), revoke(script))
    expect(await outcome(script)).toBe(REVOKED)
    expect((await owner.get('/api/v1/me')).status).toBe(200)
  })
})
