import type { Context } from '../audit/audit.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import type { Clock } from '../core/clock.ts'
import type { RoleCatalogue } from '../roles/role-catalogue.ts'
import { isSessionAlive } from '../sessions/session.ts'
import { findSessionById } from '../sessions/session-store.ts'
import type { Authority } from '../storage/authority.ts'
import type { Reader } from '../storage/database.ts'
import { type AuthorityLoss, sessionLoss, tokenLoss } from './authority-loss.ts'
import { readAccount, readToken } from './read-credential.ts'

/** The context of a known caller, as plain data. */
export interface CallerContext extends Context {
  readonly actor: AuthenticatedActor
}

/** The context of a known caller, on whose authority a use case writes. */
export interface AuthorizedContext extends CallerContext, Authority {
  /** The same as plain data, for a thread. */
  readonly caller: CallerContext
  /** The error for a caller who has lost authority. */
  refuse(loss: AuthorityLoss): Error
}

/** What it takes to judge a caller again. */
interface Judgement extends Pick<AuthorizedContext, 'refuse'> {
  readonly catalogue: RoleCatalogue
  readonly clock: Clock
}

/**
 * Makes the context on whose authority `database.write` commits; there is no other way to make one. A check that finds a
 * change of something that the authority rests on reads the credential, the session, the account, its permissions and its
 * password state anew, and compares the address.
 */
export function authorized(caller: CallerContext, { catalogue, clock, refuse }: Judgement): AuthorizedContext {
  const { actor } = caller
  return {
    ...caller,
    caller,
    refuse,
    epoch: actor.epoch,
    isOver: () => actor.validUntil !== null && clock() >= actor.validUntil,
    restsOn: (subject) => restsOn(actor, subject),
    async confirm(db) {
      const loss = await lossOf(db, caller, catalogue, clock())
      if (loss !== undefined) throw refuse(loss)
    },
  }
}

/** Triggers name a session's end as a change of its account, and an access token with its parent. */
function restsOn(actor: AuthenticatedActor, subject: string): boolean {
  const [kind, id = ''] = subject.split(':', 2)
  switch (kind) {
    case 'token':
      return actor.kind !== 'session' && (id === actor.tokenId || id === actor.parentId)
    case 'account':
      return id === actor.account.id
    default:
      return true
  }
}

async function lossOf(
  db: Reader,
  { actor, address }: CallerContext,
  catalogue: RoleCatalogue,
  now: number,
): Promise<AuthorityLoss | undefined> {
  const account = await readAccount(db, catalogue, actor.account.id)
  if (actor.kind !== 'session') {
    return tokenLoss(actor, { token: await readToken(db, actor.tokenId), account }, { address, now })
  }
  const stored = await findSessionById(db, actor.sessionId)
  const session = stored && { ...stored, isOpen: stored.accountId === actor.account.id && isSessionAlive(stored, now) }
  return sessionLoss(actor, { session, account })
}
