/**
 * The list of changes is pruned, and a file may be an older copy. What a verifier cannot tell from the list, it reads
 * anew; what it can tell, it keeps.
 */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { MOST_CHANGES } from '../../../src/storage/lease.ts'
import type { TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'
import { useVerifier } from '../../support/verifiers.ts'

/** What is typed at the prompt counts in other services within milliseconds; on a busy machine they may be many. */
const LATER = { timeout: 10_000 }

onBothEngines('A gap in the list of changes', (engine) => {
  const server = useServer(engine)
  const verifier = useVerifier(server, { hasOwnServer: true })
  const outcome = async (script: TokenHolder) => {
    const { status, body } = await script.get('/api/v1/me')
    return status === 200 ? 'active' : body.code
  }

  /** In one transaction. On PostgreSQL, it returns once the change counts everywhere. */
  async function type(...statements: readonly string[]): Promise<void> {
    if (engine === 'postgres') {
      await server.sql(statements.join('; '))
      return
    }
    const prompt = new DatabaseSync(server.testDatabase.url.slice('sqlite:'.length))
    prompt.exec(`BEGIN; ${statements.join('; ')}; COMMIT`)
    prompt.close()
  }
  const revoke = ({ id }: TokenHolder) => `UPDATE token SET revoked_at = 1, name_released_at = 1 WHERE id = '${id}'`
  const touch = ({ id }: TokenHolder) => `UPDATE token SET expires_at = 4102444800000 WHERE id = '${id}'`
  const prune = (changesLeft: number) =>
    `DELETE FROM authz_change WHERE epoch <= (SELECT epoch FROM authz_clock) - ${changesLeft}`

  async function warm(): Promise<TokenHolder> {
    const script = await server.administrator.token()
    const misses = async () => {
      const { cacheMisses } = server.services.verifier.statistics
      expect(await outcome(script)).toBe('active')
      return server.services.verifier.statistics.cacheMisses - cacheMisses
    }
    await expect.poll(misses, LATER).toBe(0)
    await verifier.warm(script)
    return script
  }
  const readsAnew = async (script: TokenHolder) => {
    const { cacheMisses } = server.services.verifier.statistics
    expect(await outcome(script)).toBe('active')
    return server.services.verifier.statistics.cacheMisses > cacheMisses
  }

  test('that swallows one change: the token it touched is refused', async () => {
    const [revoked, touched] = [await warm(), await warm()]
    await type(revoke(revoked), touch(touched), prune(1))
    expect(await outcome(revoked)).toBe('token_revoked')
    await expect.poll(async () => (await verifier.outcomeOf(revoked)).outcome, LATER).toBe('revoked')
  })

  test.each([
    { changesLeft: 1, what: 'two' },
    { changesLeft: 0, what: 'all' },
  ])('that swallows $what', async ({ changesLeft }) => {
    const [first, second, touched] = [await warm(), await warm(), await warm()]
    await type(revoke(first), revoke(second), touch(touched), prune(changesLeft))
    for (const script of [first, second]) {
      expect(await outcome(script)).toBe('token_revoked')
      await expect.poll(async () => (await verifier.outcomeOf(script)).outcome, LATER).toBe('revoked')
    }
    expect(await outcome(touched)).toBe('active')
  })

  test('or more changes at once than are told one by one', async () => {
    const script = await warm()
    const many = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= ${MOST_CHANGES})
      INSERT INTO authz_change (epoch, subject) SELECT epoch, 'token:none' FROM authz_clock, n`
    await type('UPDATE authz_clock SET epoch = epoch + 1', many, revoke(script))
    expect(await outcome(script)).toBe('token_revoked')
    await expect.poll(async () => (await verifier.outcomeOf(script)).outcome, LATER).toBe('revoked')
  })

  test('that ends where the verifier stands is none: what was not touched stays in memory', async () => {
    const [revoked, kept] = [await warm(), await warm()]
    await type(revoke(revoked), prune(1))
    expect(await readsAnew(kept)).toBe(false)
    expect(await outcome(revoked)).toBe('token_revoked')
  })

  test('before it there was a list of as many changes as may be told: what it does not name stays in memory', async () => {
    const [first, second, kept] = [await warm(), await warm(), await warm()]
    await type(revoke(first), revoke(second), prune(2))
    expect(await readsAnew(kept)).toBe(false)
    for (const script of [first, second]) expect(await outcome(script)).toBe('token_revoked')
  })

  test('an older copy of the database names no change: everything is read anew', async () => {
    const script = await warm()
    await type(touch(await warm()), touch(await warm()))
    // The verifier stands where the database does.
    expect(await outcome(script)).toBe('active')
    const untold =
      engine === 'postgres'
        ? ['ALTER TABLE token DISABLE TRIGGER ALL', revoke(script), 'ALTER TABLE token ENABLE TRIGGER ALL']
        : [revoke(script), 'DELETE FROM authz_change WHERE epoch = (SELECT epoch FROM authz_clock)']
    // As in the copy, whose clock is behind and whose list of changes is whole.
    const behind = engine === 'postgres' ? 1 : 2
    await type(...untold, `UPDATE authz_clock SET epoch = epoch - ${behind}`)
    await expect.poll(() => outcome(script), LATER).toBe('token_revoked')
  })
})
