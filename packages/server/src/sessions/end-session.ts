import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { SessionActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { deleteSession, hasOpenSession } from './session-store.ts'

/** Ends one of one's own sessions, this one or another. Throws `session_not_found`, and the same for a foreign one. */
export async function endSession(
  { database }: Services,
  context: AuthorizedContext,
  { account }: SessionActor,
  id: string,
): Promise<void> {
  await database.write(context, async (trx) => {
    if (!(await hasOpenSession(trx, account.id, id, context.now))) throw new Problem('session_not_found')
    await deleteSession(trx, id)
    await recordAudit(trx, context, { action: 'session.ended', target: { type: 'session', id } })
  })
}
