import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { assertUnchanged } from '../core/etag.ts'
import { Problem } from '../core/problem.ts'
import type { Secret } from '../core/secret.ts'
import {
  assertOnlyAtReactivation,
  settlePasswordChange,
  settleReactivation,
  type TokensAtReactivation,
} from '../policy/end-account-tokens.ts'
import { assertAdministratorRemains } from '../roles/role-grant-store.ts'
import type { Services } from '../services.ts'
import { hashPassword } from '../sessions/password.ts'
import { passwordProblem } from '../sessions/password-rules.ts'
import { deleteSessionsOf } from '../sessions/session-store.ts'
import type { Transaction } from '../storage/database.ts'
import { assertMayManage } from './managing.ts'
import { editableOf, type Member } from './member.ts'
import { countActiveTokens } from './member-overview.ts'
import { getMember, lockAccount, setDeactivated, updateMember, updatePassword } from './member-store.ts'

export interface MemberChange {
  readonly username?: string
  readonly email?: string
  readonly firstName?: string
  readonly lastName?: string
  readonly status?: 'active' | 'deactivated'
  /** Of a reactivation; absent: the policy decides. */
  readonly tokens?: TokensAtReactivation
  /** A reset: the member has to choose another at the next sign-in. Only from a session. */
  readonly password?: Secret
}

/**
 * Edits, deactivates, reactivates a member, or resets the password: whatever the change names, in one transaction.
 * Throws `member_not_found`, `insufficient_permissions`, `session_required`, `own_deactivation`, `last_administrator`,
 * `username_taken`, `email_taken`, `validation_failed`, `edited_meanwhile`.
 */
export async function changeMember(
  { database, catalogue, passwordMinLength }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  id: string,
  { status, tokens, password, ...names }: MemberChange,
  ifMatch: string | undefined,
): Promise<Member> {
  if (password && actor.kind !== 'session')
    throw new Problem('session_required', { detail: 'Only a session resets a password.' })
  if (password && id === actor.account.id) {
    throw new Problem('own_password_reset', {
      detail: 'Change your own password with the current one: PUT /api/v1/me/password.',
    })
  }
  assertOnlyAtReactivation(tokens, status)
  const passwordHash = password && (await hashPassword(password))

  return database.write(context, async (trx) => {
    await lockAccount(trx, id)
    const member = await getMember(trx, id)
    await assertMayManage(trx, actor, id, catalogue)
    assertUnchanged(ifMatch, editableOf(member))
    const renamed = { ...member, ...names }
    const rules = { minLength: passwordMinLength, username: renamed.username, email: renamed.email }
    const unacceptable = password && (await passwordProblem(password, 'password', rules))
    if (unacceptable) throw unacceptable

    const changes = changedFields(member, renamed)
    if (changes.length > 0) {
      await updateMember(trx, renamed)
      await recordAudit(trx, context, { action: 'member.changed', target: { type: 'member', id }, detail: { changes } })
    }
    if (passwordHash !== undefined) await resetPassword(trx, context, actor, id, passwordHash)
    if (status === 'deactivated' && member.deactivatedAt === null) await deactivate(trx, context, actor, id)
    if (status === 'active' && member.deactivatedAt !== null) {
      await reactivate(trx, context, actor, { id, deactivatedAt: member.deactivatedAt }, tokens)
    }
    return getMember(trx, id)
  })
}

const NAMES = ['username', 'email', 'firstName', 'lastName'] as const

function changedFields(before: Member, after: Member) {
  return NAMES.filter((field) => before[field] !== after[field]).map((field) => ({
    field,
    from: before[field],
    to: after[field],
  }))
}

async function resetPassword(
  trx: Transaction,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  id: string,
  hash: string,
): Promise<void> {
  await updatePassword(trx, id, { hash, changeRequiredAt: context.now })
  const endedSessions = await deleteSessionsOf(trx, id)
  const revokedTokens = await settlePasswordChange(trx, context, actor, id)
  await recordAudit(trx, context, {
    action: 'password.reset',
    target: { type: 'member', id },
    detail: { endedSessions, revokedTokens },
  })
}

/** All tokens and sessions stop with the account; the tokens are kept; what becomes of them at reactivation, the policy says. */
async function deactivate(
  trx: Transaction,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  id: string,
): Promise<void> {
  if (id === actor.account.id) throw new Problem('own_deactivation')
  await setDeactivated(trx, id, context.now)
  await assertAdministratorRemains(trx)
  const endedSessions = await deleteSessionsOf(trx, id)
  const stoppedTokens = (await countActiveTokens(trx, [id], context.now)).get(id) ?? 0
  await recordAudit(trx, context, {
    action: 'member.deactivated',
    target: { type: 'member', id },
    detail: { endedSessions, stoppedTokens },
  })
}

async function reactivate(
  trx: Transaction,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  account: { readonly id: string; readonly deactivatedAt: number },
  chosen: TokensAtReactivation | undefined,
): Promise<void> {
  const detail = await settleReactivation(trx, context, actor, account, chosen)
  await setDeactivated(trx, account.id, null)
  await recordAudit(trx, context, { action: 'member.reactivated', target: { type: 'member', id: account.id }, detail })
}
