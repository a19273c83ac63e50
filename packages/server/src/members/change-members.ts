import { type AuditRecord, recordAudits } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { type FieldError, Problem } from '../core/problem.ts'
import type { ProblemCode } from '../core/problem-catalogue.ts'
import { assertWithinToken, requireRole } from '../roles/granting.ts'
import { ADMINISTRATOR } from '../roles/role-catalogue.ts'
import { administratorsAmong, assertAdministratorRemains } from '../roles/role-grant-store.ts'
import type { Services } from '../services.ts'
import { deleteSessionsOfAll } from '../sessions/session-store.ts'
import type { Transaction } from '../storage/database.ts'
import { beyondActor } from './managing.ts'
import type { Member } from './member.ts'
import { countActiveTokens } from './member-overview.ts'
import { grantToAll, lockAccounts, membersById, setAllDeactivated, takeFromAll } from './member-store.ts'

/** What is done to every member of a selection. */
export type BulkAction = { readonly grant: string } | { readonly take: string } | { readonly status: 'deactivated' }

export interface BulkResult {
  /** Members for whom it made a difference. */
  readonly changed: number
  /** Members for whom it already was so. */
  readonly unchanged: number
  /** Tokens that stopped with their deactivated owners. */
  readonly stoppedTokens: number
}

/**
 * Gives or takes a role, or deactivates, for a whole selection in one transaction: all of it or nothing. A refusal names
 * the members that it is about, as `ids.<index>`. Throws `member_not_found`, `role_not_found`, `own_deactivation`,
 * `last_administrator`, `insufficient_permissions`, `grant_exceeds_token`.
 */
export async function changeMembers(
  { database, catalogue }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  { ids, action }: { readonly ids: readonly string[]; readonly action: BulkAction },
): Promise<BulkResult> {
  if (!('status' in action) && !actor.permissions.has('roles:grant')) {
    throw new Problem('insufficient_permissions', { detail: 'Giving and taking roles needs roles:grant.' })
  }
  if ('grant' in action) assertWithinToken(actor, requireRole(catalogue, action.grant).permissions)

  return database.write(context, async (trx) => {
    await lockAccounts(trx, ids)
    const found = await membersById(trx, ids)
    refuseThose(ids, 'member_not_found', 'There is no such member.', (id) => found(id) === undefined)
    const members = ids.flatMap((id) => found(id) ?? [])
    if ('grant' in action) return giveAll(trx, context, members, action.grant, actor)
    if ('take' in action) {
      if (!members.some(({ roles }) => roles.includes(action.take))) requireRole(catalogue, action.take)
      return takeAll(trx, context, members, action.take)
    }
    refuseThose(ids, 'own_deactivation', 'This is you.', (id) => id === actor.account.id)
    const beyond = await beyondActor(trx, actor, members, catalogue)
    refuseThose(ids, 'insufficient_permissions', 'Holds more than you do.', (id) => beyond.has(id))
    return deactivateAll(trx, context, members)
  })
}

async function giveAll(
  trx: Transaction,
  context: AuthorizedContext,
  members: readonly Member[],
  role: string,
  actor: AuthenticatedActor,
): Promise<BulkResult> {
  const without = members.filter(({ roles }) => !roles.includes(role)).map(({ id }) => id)
  await grantToAll(trx, without, { role, grantedAt: context.now, grantedBy: actor.account.id })
  await recordAudits(
    trx,
    context,
    without.map((id) => ({ action: 'role.granted', target: { type: 'member', id }, detail: { role } })),
  )
  return { changed: without.length, unchanged: members.length - without.length, stoppedTokens: 0 }
}

async function takeAll(
  trx: Transaction,
  context: AuthorizedContext,
  members: readonly Member[],
  role: string,
): Promise<BulkResult> {
  const holding = members.filter(({ roles }) => roles.includes(role)).map(({ id }) => id)
  await keepingAnAdministrator(trx, members, role === ADMINISTRATOR, () => takeFromAll(trx, holding, role))
  await recordAudits(
    trx,
    context,
    holding.map((id) => ({ action: 'role.taken', target: { type: 'member', id }, detail: { role } })),
  )
  return { changed: holding.length, unchanged: members.length - holding.length, stoppedTokens: 0 }
}

async function deactivateAll(
  trx: Transaction,
  context: AuthorizedContext,
  members: readonly Member[],
): Promise<BulkResult> {
  const ids = members.filter(({ deactivatedAt }) => deactivatedAt === null).map(({ id }) => id)
  await keepingAnAdministrator(trx, members, true, () => setAllDeactivated(trx, ids, context.now))
  const sessions = await deleteSessionsOfAll(trx, ids)
  const tokens = await countActiveTokens(trx, ids, context.now)
  const events = ids.map((id): AuditRecord => {
    const detail = { endedSessions: sessions.get(id) ?? 0, stoppedTokens: tokens.get(id) ?? 0 }
    return { action: 'member.deactivated', target: { type: 'member', id }, detail }
  })
  await recordAudits(trx, context, events)
  const stoppedTokens = [...tokens.values()].reduce((sum, count) => sum + count, 0)
  return { changed: ids.length, unchanged: members.length - ids.length, stoppedTokens }
}

/** Does what may remove Administrators; if it removes the last, says which of these were. Throws `last_administrator`. */
async function keepingAnAdministrator(
  trx: Transaction,
  members: readonly Member[],
  isAtStake: boolean,
  change: () => Promise<void>,
): Promise<void> {
  const ids = members.map(({ id }) => id)
  const administrators = isAtStake ? await administratorsAmong(trx, ids) : new Set<string>()
  await change()
  if (administrators.size === 0) return
  try {
    await assertAdministratorRemains(trx)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    refuseThose(ids, 'last_administrator', 'No other active Administrator is left.', (id) => administrators.has(id))
  }
}

function refuseThose(
  ids: readonly string[],
  code: ProblemCode,
  message: string,
  isRefused: (id: string) => boolean,
): void {
  const errors = ids.flatMap((id, index): FieldError[] =>
    isRefused(id) ? [{ field: `ids.${index}`, code, message }] : [],
  )
  if (errors.length > 0) throw new Problem(code, { errors })
}
