import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../src/storage/open-database.ts'
import { isStorageUnavailable } from '../../../src/storage/storage-errors.ts'
import { newName } from '../../support/actors.ts'
import { useServer } from '../../support/test-app.ts'

const server = useServer('postgres')

/** What another node may hold while it hangs, each of which a revocation has to wait for. */
const HELD = {
  'that relies on authority': 'SELECT * FROM authz_at_commit()',
  'that changes authority': 'UPDATE role_grant SET granted_at = granted_at',
  'that records an event': 'UPDATE audit_chain SET last_id = last_id',
}

test.each(Object.entries(HELD))(
  'A node that hangs in a transaction %s holds a revocation up no longer than a lease',
  async (_, held) => {
    const script = await server.administrator.token()
    const hung = openDatabase(server.testDatabase.url)
    const name = newName('group')
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const { promise: holds, resolve: hold } = Promise.withResolvers<void>()
    try {
      const other = hung.write('maintenance', async (trx) => {
        await sql.raw(held).execute(trx)
        await trx
          .insertInto('account_group')
          .values({ id: name, name, name_key: name, description: '', created_at: 0 } as never)
          .execute()
        hold()
        await released
      })
      const failure = other.catch((error: unknown) => error)
      await holds
      // Longer than the wait for a lock would be an answer of 503.
      expect((await server.administrator.delete(`/api/v1/tokens/${script.id}`)).status).toBe(204)
      release()
      expect(isStorageUnavailable(await failure)).toBe(true)
      expect(await server.count(`account_group WHERE name = '${name}'`)).toBe(0)
    } finally {
      release()
      await hung.close()
    }
  },
)
