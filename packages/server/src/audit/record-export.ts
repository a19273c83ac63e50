import type { AuthorizedContext } from '../authority/authorized.ts'
import type { Services } from '../services.ts'
import { type AuditAction, recordAudit } from './audit.ts'

/** The actions that say that somebody took many rows at once. */
export type ExportAction = Extract<AuditAction, `${string}.exported`>

/**
 * Records an export before its first row leaves: somebody who breaks it off has read something, too. `query` is what
 * was asked for; parameters that are absent are left out.
 */
export async function recordExport(
  { database }: Services,
  context: AuthorizedContext,
  action: ExportAction,
  query: Readonly<Record<string, unknown>>,
): Promise<void> {
  const filter = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
  await database.write(context, (trx) => recordAudit(trx, context, { action, detail: { filter } }))
}
