import type { AuditEventTable } from '../storage/tables.ts'

/** One event as it is shown: what was recorded, and its place in the chain. */
export interface AuditEvent {
  readonly id: number
  readonly at: number
  readonly action: string
  readonly outcome: 'done' | 'refused'
  readonly actor: { readonly accountId: string; readonly username: string } | null
  readonly credential: { readonly type: AuditEventTable['credential']; readonly id: string | null }
  readonly address: string | null
  readonly requestId: string | null
  readonly target: { readonly type: string; readonly id: string } | null
  readonly detail: Record<string, unknown>
  readonly previousDigest: string
  readonly digest: string
}

/** Which events are asked for; what is absent excludes nothing. */
export interface AuditFilter {
  /** The id of the account that did it. */
  readonly actorId?: string | undefined
  readonly targetType?: string | undefined
  readonly targetId?: string | undefined
  /** Any of these. */
  readonly actions?: readonly string[] | undefined
  readonly outcome?: 'done' | 'refused' | undefined
  /** Epoch milliseconds: from here on … */
  readonly from?: number | undefined
  /** … and before this. */
  readonly to?: number | undefined
  /** No event that was recorded after the one with this id. */
  readonly throughId?: number | undefined
}

export function toAuditEvent(row: AuditEventTable): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    action: row.action,
    outcome: row.outcome,
    actor:
      row.actor_account_id === null ? null : { accountId: row.actor_account_id, username: row.actor_username ?? '' },
    credential: { type: row.credential, id: row.credential_id },
    address: row.address,
    requestId: row.request_id,
    target: row.target_type === null ? null : { type: row.target_type, id: row.target_id ?? '' },
    detail: JSON.parse(row.detail) as Record<string, unknown>,
    previousDigest: row.previous_digest,
    digest: row.digest,
  }
}
