import type { AuditRecord, Context } from '../audit/audit.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { newId } from '../core/ids.ts'
import { settleReactivation, tokensByPolicy } from '../policy/end-account-tokens.ts'
import { readPolicy } from '../policy/policy-store.ts'
import { NO_PASSWORD } from '../sessions/password.ts'
import { deleteSessionsOfAll } from '../sessions/session-store.ts'
import type { Transaction } from '../storage/database.ts'
import type { LinePlan } from './import-plan.ts'
import type { Member } from './member.ts'
import type { CsvLine } from './member-csv.ts'
import { countActiveTokens } from './member-overview.ts'
import { grantToAll, insertMembers, setAllDeactivated, takeFromAll, updateMembers } from './member-store.ts'

/** One line that does something, to a member who is there or will be. */
interface Work {
  readonly id: string
  readonly csv: CsvLine
  /** As stored before; undefined if the line creates the member. */
  readonly before: Member | undefined
  readonly names: LinePlan['changes']
  readonly given: readonly string[]
  readonly taken: readonly string[]
  readonly status: 'active' | 'deactivated' | undefined
}

/**
 * Writes what the lines were planned to do, many rows a statement: a file has thousands of lines, and one by one each
 * would take several trips to the database. Returns what to record, in the order of the lines.
 */
export async function applyImport(
  trx: Transaction,
  context: Context,
  actor: AuthenticatedActor,
  plans: readonly LinePlan[],
): Promise<AuditRecord[]> {
  const work = plans.flatMap(toWork)
  await insertMembers(
    trx,
    work.filter(({ before }) => before === undefined).map(({ id, csv }) => toNewMember(id, csv, context.now)),
  )
  await updateMembers(
    trx,
    work.flatMap(({ before, csv, names }) => (before && names.length > 0 ? [renamed(before, csv)] : [])),
  )
  for (const [role, ids] of byRole(work, 'given')) {
    await grantToAll(trx, ids, { role, grantedAt: context.now, grantedBy: actor.account.id })
  }
  for (const [role, ids] of byRole(work, 'taken')) await takeFromAll(trx, ids, role)
  const statusEvents = await changeStatuses(trx, context, actor, work)
  return work.flatMap((line) => [...eventsOf(line), ...(statusEvents.get(line.id) ?? [])])
}

function toWork({ action, csv, member: before, changes }: LinePlan): Work[] {
  const { roles = before?.roles ?? [] } = csv
  if (action === 'create') {
    const status = csv.status === 'deactivated' ? csv.status : undefined
    return [{ id: newId(), csv, before: undefined, names: [], given: roles, taken: [], status }]
  }
  if (action !== 'change' || before === undefined) return []
  return [
    {
      id: before.id,
      csv,
      before,
      names: changes.filter(({ field }) => field !== 'roles' && field !== 'status'),
      given: roles.filter((role) => !before.roles.includes(role)),
      taken: before.roles.filter((role) => !roles.includes(role)),
      status: changes.some(({ field }) => field === 'status') ? csv.status : undefined,
    },
  ]
}

function toNewMember(id: string, { username, email = '', firstName = '', lastName = '' }: CsvLine, now: number) {
  const names = { username, email, firstName, lastName }
  return { id, ...names, passwordHash: NO_PASSWORD, passwordChangeRequiredAt: now, createdAt: now }
}

function renamed(before: Member, csv: CsvLine): Member {
  const { email = before.email, firstName = before.firstName, lastName = before.lastName } = csv
  return { ...before, email, firstName, lastName }
}

function byRole(work: readonly Work[], change: 'given' | 'taken'): Map<string, string[]> {
  const ids = new Map<string, string[]>()
  for (const line of work) {
    for (const role of line[change]) {
      const holders = ids.get(role)
      if (holders) holders.push(line.id)
      else ids.set(role, [line.id])
    }
  }
  return ids
}

/** Deactivates and reactivates; the events by member. Whoever comes deactivated has nothing that would stop. */
async function changeStatuses(
  trx: Transaction,
  context: Context,
  actor: AuthenticatedActor,
  work: readonly Work[],
): Promise<ReadonlyMap<string, AuditRecord[]>> {
  const events = new Map<string, AuditRecord[]>()
  const leaving = work.filter(({ status }) => status === 'deactivated')
  await setAllDeactivated(
    trx,
    leaving.map(({ id }) => id),
    context.now,
  )
  const ids = leaving.filter(({ before }) => before !== undefined).map(({ id }) => id)
  const sessions = await deleteSessionsOfAll(trx, ids)
  const tokens = await countActiveTokens(trx, ids, context.now)
  for (const id of ids) {
    const detail = { endedSessions: sessions.get(id) ?? 0, stoppedTokens: tokens.get(id) ?? 0 }
    events.set(id, [{ action: 'member.deactivated', target: { type: 'member', id }, detail }])
  }
  const returning = work.flatMap(({ id, before, status }) =>
    status === 'active' && before?.deactivatedAt ? [{ id, deactivatedAt: before.deactivatedAt }] : [],
  )
  const policy = await readPolicy(trx)
  for (const account of returning) {
    const tokens = tokensByPolicy(policy, context.now - account.deactivatedAt)
    const detail = await settleReactivation(trx, context, actor, account, tokens)
    const target = { type: 'member', id: account.id } as const
    events.set(account.id, [{ action: 'member.reactivated', target, detail }])
  }
  await setAllDeactivated(
    trx,
    returning.map(({ id }) => id),
    null,
  )
  return events
}

function eventsOf({ id, csv, before, names, given, taken }: Work): AuditRecord[] {
  const target = { type: 'member', id } as const
  if (before === undefined) {
    const { username, email = '', status = 'active' } = csv
    return [{ action: 'member.created', target, detail: { username, email, roles: given, status } }]
  }
  return [
    ...(names.length > 0 ? [{ action: 'member.changed', target, detail: { changes: names } } as const] : []),
    ...given.map((role) => ({ action: 'role.granted', target, detail: { role } }) as const),
    ...taken.map((role) => ({ action: 'role.taken', target, detail: { role } }) as const),
  ]
}
