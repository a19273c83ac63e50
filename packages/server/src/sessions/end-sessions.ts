import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { SessionActor } from '../core/actor.ts'
import type { Services } from '../services.ts'
import { deleteSessionsOf } from './session-store.ts'

/** Ends all of one's own sessions but this one, or with it. Returns how many. */
export async function endSessions(
  { database }: Services,
  context: AuthorizedContext,
  { account, sessionId }: SessionActor,
  { includesCurrent }: { readonly includesCurrent: boolean },
): Promise<number> {
  return database.write(context, async (trx) => {
    const endedSessions = await deleteSessionsOf(trx, account.id, includesCurrent ? undefined : sessionId)
    if (endedSessions > 0) {
      await recordAudit(trx, context, {
        action: 'session.ended',
        target: { type: 'member', id: account.id },
        detail: { endedSessions, includesCurrent },
      })
    }
    return endedSessions
  })
}
