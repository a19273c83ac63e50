import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { newId } from '../core/ids.ts'
import { Problem } from '../core/problem.ts'
import type { Secret } from '../core/secret.ts'
import { assertWithinToken, requireRole } from '../roles/granting.ts'
import { OWN_PERMISSIONS } from '../roles/role-catalogue.ts'
import { insertGrant } from '../roles/role-grant-store.ts'
import type { Services } from '../services.ts'
import { hashPassword } from '../sessions/password.ts'
import { passwordProblem } from '../sessions/password-rules.ts'
import type { Member } from './member.ts'
import { getMember, insertMember } from './member-store.ts'

export interface MemberInput {
  readonly username: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly password: Secret
  readonly roles: readonly string[]
}

/**
 * Creates a member with an initial password, which must be changed at the first sign-in. Throws `role_not_found`,
 * `insufficient_permissions`, `grant_exceeds_token`, `username_taken`, `email_taken`, `validation_failed`.
 */
export async function createMember(
  { database, catalogue, passwordMinLength }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  { roles, password, ...names }: MemberInput,
): Promise<Member> {
  const unacceptable = await passwordProblem(password, 'password', {
    minLength: passwordMinLength,
    username: names.username,
    email: names.email,
  })
  if (unacceptable) throw unacceptable
  const given = roles.map((name) => requireRole(catalogue, name))
  if (given.length > 0 && !actor.permissions.has('roles:grant')) {
    throw new Problem('insufficient_permissions', { detail: 'Giving roles needs roles:grant.' })
  }
  assertWithinToken(actor, [...OWN_PERMISSIONS, ...given.flatMap((role) => role.permissions)])

  const passwordHash = await hashPassword(password)
  return database.write(context, async (trx) => {
    const id = newId()
    await insertMember(trx, {
      id,
      ...names,
      passwordHash,
      passwordChangeRequiredAt: context.now,
      createdAt: context.now,
    })
    for (const role of roles) {
      await insertGrant(trx, {
        holder: { type: 'member', id },
        role,
        grantedAt: context.now,
        grantedBy: actor.account.id,
      })
    }
    const member = await getMember(trx, id)
    await recordAudit(trx, context, {
      action: 'member.created',
      target: { type: 'member', id },
      detail: { username: member.username, email: member.email, roles: member.roles },
    })
    return member
  })
}
