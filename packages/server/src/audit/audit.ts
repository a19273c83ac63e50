import type { Actor } from '../core/actor.ts'
import type { AuditContent } from '../storage/audit-digest.ts'
import { beforeCommit } from '../storage/before-commit.ts'
import type { Transaction } from '../storage/database.ts'
import { appendEvents } from './append-events.ts'

/** By whom, from where and in which request something is done. Every use case takes one, for the record. */
export interface Context {
  readonly actor: Actor
  /** The client's address. */
  readonly address: string
  readonly client: string | undefined
  readonly requestId: string
  /** The instant of the request, epoch milliseconds. */
  readonly now: number
}

/** What the server does by itself, at its first start or by a command. */
export interface SystemContext {
  readonly actor: 'system'
  readonly now: number
}

/** Everything that is recorded. Filters take one of them, or what several begin with. */
export const AUDIT_ACTIONS = [
  'session.created',
  'session.failed',
  'session.throttled',
  'session.ended',
  'password.changed',
  'password.failed',
  'password.reset',
  'member.created',
  'member.changed',
  'member.deactivated',
  'member.reactivated',
  'service_account.created',
  'service_account.changed',
  'service_account.deactivated',
  'service_account.reactivated',
  'service_account.deleted',
  'group.created',
  'group.changed',
  'group.deleted',
  'group.joined',
  'group.left',
  'group.nested',
  'group.unnested',
  'role.granted',
  'role.taken',
  'token.created',
  'token.changed',
  'token.revoked',
  'token.rotated',
  'token.ended',
  'token.exchanged',
  'device.approved',
  'device.denied',
  'policy.changed',
  'request.refused',
  'audit.exported',
  'audit.removed',
] as const

export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** What something is done to. */
export const AUDIT_TARGET_TYPES = [
  'member',
  'service_account',
  'group',
  'token',
  'device',
  'session',
  'policy',
  'route',
] as const

type AuditTargetType = (typeof AUDIT_TARGET_TYPES)[number]

export interface AuditRecord {
  readonly action: AuditAction
  /** Who did it, where the request itself does not say: somebody who has just proved who they are. */
  readonly by?: { readonly id: string; readonly username: string }
  readonly outcome?: 'done' | 'refused'
  readonly target?: { readonly type: AuditTargetType; readonly id: string }
  /** Names and values, never secrets. */
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Records one event, in the transaction of what it records: neither is there without the other. */
export function recordAudit(trx: Transaction, context: Context | SystemContext, record: AuditRecord): Promise<void> {
  return recordAudits(trx, context, [record])
}

/**
 * Records several events of one transaction. They are written as its last thing, since the chain of events is one for
 * everybody, and its end is locked until the commit.
 */
export async function recordAudits(
  trx: Transaction,
  context: Context | SystemContext,
  records: readonly AuditRecord[],
): Promise<void> {
  if (records.length === 0) return
  let events = collected.get(trx)
  if (events === undefined) {
    const first: Omit<AuditContent, 'id'>[] = []
    collected.set(trx, first)
    beforeCommit(trx, (engine) => appendEvents(trx, engine, first))
    events = first
  }
  for (const record of records) events.push(toRow(context, record))
}

/** What each open transaction has recorded so far. */
const collected = new WeakMap<Transaction, Omit<AuditContent, 'id'>[]>()

function toRow(context: Context | SystemContext, { action, by, outcome = 'done', target, detail = {} }: AuditRecord) {
  return {
    at: context.now,
    action,
    outcome,
    ...whoOf(context),
    ...(by && { actor_account_id: by.id, actor_username: by.username }),
    target_type: target?.type ?? null,
    target_id: target?.id ?? null,
    detail: JSON.stringify(detail),
  }
}

function whoOf(context: Context | SystemContext) {
  if (context.actor === 'system') {
    return { ...NOBODY, credential: 'system' as const, address: null, request_id: null }
  }
  const { actor, address, requestId } = context
  const from = { address, request_id: requestId }
  if (actor.kind === 'anonymous') return { ...NOBODY, credential: actor.kind, ...from }
  return {
    actor_account_id: actor.account.id,
    actor_username: actor.account.username,
    credential: actor.kind,
    // An access token is gone in a quarter of an hour: what it was got with is what can be looked up, and revoked.
    credential_id: actor.kind === 'session' ? actor.sessionId : (actor.parentId ?? actor.tokenId),
    ...from,
  }
}

const NOBODY = { actor_account_id: null, actor_username: null, credential_id: null }
