import { recordAudits } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import { assertAdministratorRemains } from '../roles/role-grant-store.ts'
import type { Services } from '../services.ts'
import { applyImport } from './apply-import.ts'
import { type LinePlan, planImport } from './import-plan.ts'
import { readMembersCsv } from './member-csv.ts'
import { lockAccounts } from './member-store.ts'

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
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  csv: string,
): Promise<LinePlan[]> {
  const lines = readMembersCsv(csv)
  return database.write(context, async (trx) => {
    const foreseen = await planImport(trx, actor, catalogue, lines)
    await lockAccounts(
      trx,
      foreseen.flatMap(({ action, member }) => (action === 'change' && member ? [member.id] : [])),
    )
    // Again, since what was read before the lock may have changed.
    const plans = await planImport(trx, actor, catalogue, lines)
    refuseBroken(plans)
    const events = await applyImport(trx, context, actor, plans)
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
