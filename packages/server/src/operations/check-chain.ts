import { FAULTS, type Fault } from './check.ts'

/** In one statement, so of one instant. Both engines understand it. */
export const CHAIN_QUERY = `SELECT last_id, last_digest, anchor_id,
    (SELECT digest FROM audit_event WHERE audit_event.id = last_id) AS digest,
    (SELECT max(audit_event.id) FROM audit_event) AS highest_id
  FROM audit_chain`

export interface ChainRow {
  readonly last_id: number
  readonly last_digest: string
  readonly anchor_id: number
  readonly digest: string | null
  readonly highest_id: number | null
}

/** Whether the next event can be added where the chain ends. Without it no change commits. */
export function chainFault(row: ChainRow | undefined): Fault | undefined {
  if (row === undefined) return FAULTS.audit_stuck
  const isAtAnchor = row.last_id === row.anchor_id
  const hasEnd = isAtAnchor || row.digest === row.last_digest
  return hasEnd && (row.highest_id ?? 0) <= row.last_id ? undefined : FAULTS.audit_stuck
}
