import { comparisonKey } from '../core/text.ts'
import type { Reader } from '../storage/database.ts'
import { AUDIT_ACTIONS } from './audit.ts'
import type { AuditFilter } from './audit-event.ts'
import { findAccountId } from './audit-store.ts'

/** A filter as people give it. */
export interface AuditQuery extends Omit<AuditFilter, 'actorId' | 'actions' | 'throughId'> {
  /** The id of an account, or the username it has now. */
  readonly actor?: string | undefined
  /** One action, or what several begin with, such as `token.`. */
  readonly action?: string | undefined
}

const ACCOUNT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The filter that a query means; undefined if it can name no event, as of a username that nobody has. */
export async function resolveFilter(
  db: Reader,
  { actor, action, ...rest }: AuditQuery,
): Promise<AuditFilter | undefined> {
  const actorId = actor === undefined || ACCOUNT_ID.test(actor) ? actor : await findAccountId(db, comparisonKey(actor))
  if (actor !== undefined && actorId === undefined) return undefined
  const actions = action?.endsWith('.') ? AUDIT_ACTIONS.filter((each) => each.startsWith(action)) : action && [action]
  if (actions && actions.length === 0) return undefined
  return { ...rest, actorId, actions: actions || undefined }
}
