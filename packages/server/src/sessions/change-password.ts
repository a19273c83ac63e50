import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { SessionActor } from '../core/actor.ts'
import { fieldProblem, Problem } from '../core/problem.ts'
import type { Secret } from '../core/secret.ts'
import { comparisonKey } from '../core/text.ts'
import { findEmail, findPasswordHash, lockAccount, updatePassword } from '../members/member-store.ts'
import { settlePasswordChange } from '../policy/end-account-tokens.ts'
import type { Services } from '../services.ts'
import { hashPassword, passwordMatches } from './password.ts'
import { passwordProblem } from './password-rules.ts'
import { deleteSessionsOf } from './session-store.ts'
import { countAttempt, forgiveAttempt } from './sign-in-limits.ts'

interface PasswordChange {
  readonly currentPassword: Secret
  readonly newPassword: Secret
  /** For somebody who fears that more than the password is known. */
  readonly revokeTokens: boolean
}

/**
 * Changes one's own password, which needs the current one, ends one's other sessions and, if asked or if the policy
 * says so, all of one's tokens (GHSA-mr34-8733-grr2). Guesses at the current
 * password count as sign-in attempts do. Throws `current_password_wrong`, `validation_failed`, `too_many_sign_ins`.
 */
export async function changePassword(
  services: Services,
  context: AuthorizedContext,
  actor: SessionActor,
  { currentPassword, newPassword, revokeTokens }: PasswordChange,
): Promise<void> {
  const { database, passwordMinLength } = services
  const { account, sessionId } = actor
  const email = await findEmail(database.read, account.id)
  const rules = { minLength: passwordMinLength, username: account.username, email }
  const unacceptable = await passwordProblem(newPassword, 'newPassword', rules)
  if (unacceptable) throw unacceptable
  if (newPassword.expose() === currentPassword.expose()) {
    throw fieldProblem('validation_failed', 'newPassword', 'The new password is the current one.', 'password_unchanged')
  }

  const attempt = { usernameKey: comparisonKey(account.username), address: context.address, now: context.now }
  await countAttempt(services, context, attempt)
  const hash = await findPasswordHash(database.read, account.id)
  if (!(await passwordMatches(currentPassword, hash))) {
    const target = { type: 'member', id: account.id } as const
    await database.write('refusal', (trx) =>
      recordAudit(trx, context, { action: 'password.failed', outcome: 'refused', target }),
    )
    throw fieldProblem('current_password_wrong', 'currentPassword', 'The current password is wrong.')
  }

  const newHash = await hashPassword(newPassword)
  await database.write(context, async (trx) => {
    await lockAccount(trx, account.id)
    // Somebody else changed it meanwhile: what was checked is no longer the current password.
    if ((await findPasswordHash(trx, account.id)) !== hash) throw new Problem('current_password_wrong')
    await forgiveAttempt(trx, attempt, account.id)
    await updatePassword(trx, account.id, { hash: newHash, changeRequiredAt: null })
    const endedSessions = await deleteSessionsOf(trx, account.id, sessionId)
    const revokedTokens = await settlePasswordChange(trx, context, actor, account.id, revokeTokens)
    await recordAudit(trx, context, {
      action: 'password.changed',
      target: { type: 'member', id: account.id },
      detail: { endedSessions, revokedTokens },
    })
  })
}
