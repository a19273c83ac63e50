import type { Actor } from '../core/actor.ts'
import type { Transaction } from '../storage/database.ts'

/** By whom, from where and in which request something is done; every use case takes one and hands it to the record. */
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

export type AuditAction =
  | 'session.created'
  | 'session.failed'
  | 'session.ended'
  | 'password.changed'
  | 'password.failed'
  | 'password.reset'
  | 'member.created'
  | 'member.changed'
  | 'member.deactivated'
  | 'member.reactivated'
  | 'service_account.created'
  | 'service_account.changed'
  | 'service_account.deactivated'
  | 'service_account.reactivated'
  | 'service_account.deleted'
  | 'group.created'
  | 'group.changed'
  | 'group.deleted'
  | 'group.joined'
  | 'group.left'
  | 'group.nested'
  | 'group.unnested'
  | 'role.granted'
  | 'role.taken'
  | 'token.created'
  | 'token.changed'
  | 'token.revoked'
  | 'token.rotated'
  | 'token.ended'
  | 'policy.changed'
  | 'request.refused'

export interface AuditRecord {
  readonly action: AuditAction
  /** Who did it, where the request itself does not say: somebody who has just proved who they are. */
  readonly by?: { readonly id: string; readonly username: string }
  readonly outcome?: 'done' | 'refused'
  readonly target?: {
    readonly type: 'member' | 'service_account' | 'group' | 'token' | 'session' | 'policy' | 'route'
    readonly id: string
  }
  /** Names and values, never secrets. */
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Writes one event, in the transaction of what it records: neither is there without the other. */
export async function recordAudit(
  trx: Transaction,
  context: Context | SystemContext,
  record: AuditRecord,
): Promise<void> {
  await trx.insertInto('audit_event').values(toRow(context, record)).execute()
}

/** Several events of one transaction, in one statement. */
export async function recordAudits(
  trx: Transaction,
  context: Context | SystemContext,
  records: readonly AuditRecord[],
): Promise<void> {
  if (records.length === 0) return
  await trx
    .insertInto('audit_event')
    .values(records.map((record) => toRow(context, record)))
    .execute()
}

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
    credential_id: actor.kind === 'session' ? actor.sessionId : actor.tokenId,
    ...from,
  }
}

const NOBODY = { actor_account_id: null, actor_username: null, credential_id: null }
