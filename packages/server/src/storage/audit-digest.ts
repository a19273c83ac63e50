import { hash } from 'node:crypto'
import type { AuditEventTable } from './tables.ts'

/** What is recorded of an event: everything but its place in the chain. */
export type AuditContent = Omit<AuditEventTable, 'previous_digest' | 'digest'>

/** What the first event of a chain has in place of the digest of the event before. */
export const CHAIN_START = '0'.repeat(64)

/**
 * SHA-256, in hex, of one JSON array: the digest of the event before, then the event's columns in this order, instants as
 * epoch milliseconds and `detail` as the text that is stored. Stored digests, and those that somebody has noted
 * elsewhere, were made with this: it never changes.
 */
export function auditDigest(previous: string, event: AuditContent): string {
  return hash(
    'sha256',
    JSON.stringify([
      previous,
      event.id,
      event.at,
      event.action,
      event.outcome,
      event.actor_account_id,
      event.actor_username,
      event.credential,
      event.credential_id,
      event.address,
      event.request_id,
      event.target_type,
      event.target_id,
      event.detail,
    ]),
  )
}
