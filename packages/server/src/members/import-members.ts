import { type AuditRecord, type Context, recordAudits } from '../audit/audit.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { newId } from '../core/ids.ts'
import { Problem } from '../core/problem.ts'
import { settleReactivation } from '../policy/end-account-tokens.ts'
import { assertAdministratorRemains, deleteGrant, insertGrant } from '../roles/role-grant-store.ts'
import type { Services } from '../services.ts'
import { NO_PASSWORD } from '../sessions/password.ts'
import { deleteSessionsOfAll } from '../sessions/session-store.ts'
import type { Transaction } from '../storage/database.ts'
import { type LinePlan, planImport } from './import-plan.ts'
import { type CsvLine, readMembersCsv } from './member-csv.ts'
import { countActiveTokens } from './member-overview.ts'
import { insertMember, lockAccounts, setDeactivated, updateMember } from './member-store.ts'

/** What an import of this file would do, line by line; nothing is written. Throws `validation_failed` for the header. */
export function previewImport(
  { database, catalogue }: Services,
  actor: AuthenticatedActor,
  csv: string,
): Promise<LinePlan[]> {
  return planImport(database.read, actor, catalogue, readMembersCsv(csv))
}

/**
 * Creates and changes members as the lines of a file say, in one transaction. With a broken line nothing is imported, and
 * every fault of every line is told, as `lines.<line>.<column>`. Whoever is new has no password until somebody resets it.
 * Throws `validation_failed`.
 */
export async function importMembers(
  { database, catalogue }: Services,
  context: Context,
  actor: AuthenticatedActor,
  csv: string,
): Promise<LinePlan[]> {
  const lines = readMembersCsv(csv)
  return database.write(async (trx) => {
    const foreseen = await planImport(trx, actor, catalogue, lines)
    await lockAccounts(
      trx,
      foreseen.flatMap(({ action, member }) => (action === 'change' && member ? [member.id] : [])),
    )
    // Again, since what was read before the lock may have changed.
    const plans = await planImport(trx, actor, catalogue, lines)
    refuseBroken(plans)
    const events: AuditRecord[] = []
    for (const plan of plans) events.push(...(await apply(trx, context, actor, plan)))
    if (events.length > 0) await assertAdministratorRemains(trx)
    for (let start = 0; start < events.length; start += EVENTS_AT_ONCE) {
      await recordAudits(trx, context, events.slice(start, start + EVENTS_AT_ONCE))
    }
    return plans
  })
}

/** As many as the parameters of one statement allow. */
const EVENTS_AT_ONCE = 1000

function refuseBroken(plans: readonly LinePlan[]): void {
  const errors = plans.flatMap(({ csv, errors: faults }) =>
    faults.map(({ column, code, message }) => ({
      field: `lines.${csv.line}${column ? `.${column}` : ''}`,
      code,
      message,
    })),
  )
  if (errors.length === 0) return
  throw new Problem('validation_failed', { detail: 'Nothing was imported: some lines cannot be.', errors })
}

async function apply(
  trx: Transaction,
  context: Context,
  actor: AuthenticatedActor,
  { action, csv, member, changes }: LinePlan,
): Promise<AuditRecord[]> {
  if (action === 'create') return create(trx, context, actor, csv)
  if (action !== 'change' || member === undefined) return []
  const { id } = member
  const target = { type: 'member', id } as const
  const events: AuditRecord[] = []
  const names = changes.filter(({ field }) => field !== 'roles' && field !== 'status')
  if (names.length > 0) {
    const { email = member.email, firstName = member.firstName, lastName = member.lastName } = csv
    await updateMember(trx, { ...member, email, firstName, lastName })
    events.push({ action: 'member.changed', target, detail: { changes: names } })
  }
  const { roles = member.roles } = csv
  for (const role of roles.filter((name) => !member.roles.includes(name))) {
    await insertGrant(trx, { holder: target, role, grantedAt: context.now, grantedBy: actor.account.id })
    events.push({ action: 'role.granted', target, detail: { role } })
  }
  for (const role of member.roles.filter((name) => !roles.includes(name))) {
    await deleteGrant(trx, target, role)
    events.push({ action: 'role.taken', target, detail: { role } })
  }
  if (changes.some(({ field }) => field === 'status')) {
    events.push(await changeStatus(trx, context, actor, id, member.deactivatedAt))
  }
  return events
}

async function create(
  trx: Transaction,
  context: Context,
  actor: AuthenticatedActor,
  { username, email = '', firstName = '', lastName = '', roles = [], status }: CsvLine,
): Promise<AuditRecord[]> {
  const id = newId()
  const holder = { type: 'member', id } as const
  await insertMember(trx, {
    id,
    username,
    email,
    firstName,
    lastName,
    passwordHash: NO_PASSWORD,
    passwordChangeRequiredAt: context.now,
    createdAt: context.now,
  })
  for (const role of roles) {
    await insertGrant(trx, { holder, role, grantedAt: context.now, grantedBy: actor.account.id })
  }
  if (status === 'deactivated') await setDeactivated(trx, id, context.now)
  return [{ action: 'member.created', target: holder, detail: { username, email, roles, status: status ?? 'active' } }]
}

async function changeStatus(
  trx: Transaction,
  context: Context,
  actor: AuthenticatedActor,
  id: string,
  deactivatedAt: number | null,
): Promise<AuditRecord> {
  const target = { type: 'member', id } as const
  if (deactivatedAt !== null) {
    const detail = await settleReactivation(trx, context, actor, { id, deactivatedAt }, undefined)
    await setDeactivated(trx, id, null)
    return { action: 'member.reactivated', target, detail }
  }
  await setDeactivated(trx, id, context.now)
  const endedSessions = (await deleteSessionsOfAll(trx, [id])).get(id) ?? 0
  const stoppedTokens = (await countActiveTokens(trx, [id], context.now)).get(id) ?? 0
  return { action: 'member.deactivated', target, detail: { endedSessions, stoppedTokens } }
}
