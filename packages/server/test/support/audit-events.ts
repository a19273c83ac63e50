import type { TestServer } from './test-app.ts'

/**
 * SQL that adds events about a member at the end of the chain, without digests: more than could be made by doing things.
 * Each column is an expression in `i`, which goes from 1 to `count`.
 */
export const addAuditEvents = (
  count: number,
  { at, action, actor }: { readonly at: string; readonly action: string; readonly actor: string },
): readonly string[] => [
  `INSERT INTO audit_event
      (id, at, action, outcome, actor_account_id, actor_username, credential, target_type, target_id, detail)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    SELECT last_id + i, ${at}, ${action}, 'done', ${actor}, 'somebody', 'session', 'member', 'x', '{}'
    FROM n, audit_chain`,
  `UPDATE audit_chain SET last_id = last_id + ${count}`,
]

/** Adds this many events of some 600 bytes each, more than the kernel keeps for a client that does not read. */
export async function addManyEvents(server: TestServer, count: number): Promise<void> {
  const columns = `at, action, outcome, actor_account_id, actor_username, credential, credential_id, address,
    request_id, target_type, target_id`
  await server.sql(`INSERT INTO audit_event (id, ${columns}, detail, previous_digest, digest)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    SELECT c.last_id + i, ${columns}, '{"padding":"${'x'.repeat(400)}"}', previous_digest, digest
    FROM n, audit_chain c, audit_event e WHERE e.id = 1`)
  await server.sql(`UPDATE audit_chain SET last_id = last_id + ${count}`)
}
