import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import { assertUnchanged } from '../core/etag.ts'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { parseExpiration } from './expiration.ts'
import {
  addressRangesOf,
  assertEarlierEnd,
  assertNarrowerAddresses,
  assertNarrowerPermissions,
  narrowingOf,
} from './narrowing.ts'
import { requireToken } from './require-token.ts'
import { editableOf, type Token, type TokenOwner, tokenStatus } from './token.ts'
import { lockToken, updateToken } from './token-store.ts'

export interface TokenChange {
  readonly name?: string
  readonly expiresAt?: string | null
  readonly permissions?: readonly string[] | null
  readonly allowedAddresses?: readonly string[] | null
}

/**
 * Renames a token or narrows it: fewer permissions, fewer addresses, an earlier end. Throws `token_not_found`,
 * `token_not_active`, `token_widening`, `token_name_taken`, `edited_meanwhile`, `validation_failed`.
 */
export async function changeToken(
  { database }: Services,
  context: AuthorizedContext,
  owner: TokenOwner,
  id: string,
  change: TokenChange,
  ifMatch: string | undefined,
): Promise<Token> {
  const { now } = context
  return database.write(context, async (trx) => {
    await lockToken(trx, id)
    const token = await requireToken(trx, owner.id, id)
    if (tokenStatus(token, now) !== 'active') throw new Problem('token_not_active')
    assertUnchanged(ifMatch, editableOf(token))
    const changed = {
      ...token,
      ...(change.name !== undefined && { name: change.name }),
      ...limitsOf(change, token, owner, now),
    }
    // An end that the owner chose is nobody else's.
    if (changed.expiresAt !== token.expiresAt) changed.endReason = null
    await updateToken(trx, changed, now)
    await recordAudit(trx, context, {
      action: 'token.changed',
      target: { type: 'token', id },
      detail: { before: editableOf(token), after: editableOf(changed) },
    })
    return requireToken(trx, owner.id, id)
  })
}

function limitsOf(change: TokenChange, token: Token, owner: TokenOwner, now: number): Partial<Token> {
  const limits: { expiresAt?: number | null; permissions?: string[] | null; allowedAddresses?: string[] | null } = {}
  if (change.expiresAt !== undefined) {
    limits.expiresAt = parseExpiration(change.expiresAt, now)
    assertEarlierEnd(token.expiresAt, limits.expiresAt)
  }
  if (change.permissions !== undefined) {
    assertNarrowerPermissions(token.permissions, change.permissions)
    limits.permissions = narrowingOf(change.permissions, owner.permissions)
  }
  if (change.allowedAddresses !== undefined) {
    limits.allowedAddresses = addressRangesOf(change.allowedAddresses)
    assertNarrowerAddresses(token.allowedAddresses, limits.allowedAddresses)
  }
  return limits
}
