import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { SessionActor } from '../core/actor.ts'
import type { Services } from '../services.ts'
import { deleteSession } from './session-store.ts'

/** Ends the session that asks for it. */
export async function signOut(
  { database }: Services,
  context: AuthorizedContext,
  { sessionId }: SessionActor,
): Promise<void> {
  await database.write(context, async (trx) => {
    await deleteSession(trx, sessionId)
    await recordAudit(trx, context, { action: 'session.ended', target: { type: 'session', id: sessionId } })
  })
}
