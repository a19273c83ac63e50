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
 * Makes the context on whose authority `database.write` commits; there is no other way to make one. It is current as long as
 * no authorization change has happened and the credential has not ended by itself. Otherwise a check reads the credential,
 * the session, the account, its permissions and its password state anew, and compares the address.
 */
export function authorized(caller: CallerContext, { catalogue, clock, refuse }: Judgement): AuthorizedContext {
  const { actor } = caller
  return {
    ...caller,
    caller,
    refuse,
    isCurrentAt: (epoch) => epoch === actor.epoch && (actor.validUntil === null || clock() < actor.validUntil),
    async confirm(db) {
      const loss = await lossOf(db, caller, catalogue, clock())
      if (loss !== undefined) throw refuse(loss)
    },
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
    return tokenLoss(actor, { token: await readToken(db, actor.tokenId), account }, { address, now }, catalogue)
  }
  const stored = await findSessionById(db, actor.sessionId)
  const session = stored && { ...stored, isOpen: stored.accountId === actor.account.id && isSessionAlive(stored, now) }
  return sessionLoss(actor, { session, account })
}
