import type { paths } from '@ramp/client'
import { isTokenId } from '@ramp/verifier'
import type { Context, OptionSpec } from './command.ts'
import { Failure } from './failure.ts'
import { type Column, facts, list, when } from './table.ts'

export type Token = paths['/api/v1/tokens']['get']['responses'][200]['content']['application/json']['items'][number]
export type CreatedToken = paths['/api/v1/tokens']['post']['responses'][201]['content']['application/json']
type NewToken = paths['/api/v1/tokens']['post']['requestBody']['content']['application/json']

/** Filters and order of a list of tokens. */
export const TOKEN_FILTERS = {
  status: { value: 'status', values: ['active', 'expired', 'revoked', 'all'], summary: 'which ones; active if absent' },
  search: { value: 'text', summary: 'part of the name, or an id' },
} satisfies Record<string, OptionSpec>

export function tokenQuery({
  status,
  search,
}: {
  readonly status: string | undefined
  readonly search: string | undefined
}) {
  return { ...(status && { status: status as Token['status'] | 'all' }), ...(search && { q: search }) }
}

/** What a new token takes. */
export const NEW_TOKEN = {
  name: { value: 'name', isRequired: true, summary: 'what it is for' },
  expires: { value: 'date', summary: 'last day (2027-01-31) or instant (2027-01-31T12:00:00Z); else until revoked' },
  permission: { value: 'permission', isMany: true, summary: 'only this of what the account may do' },
  address: { value: 'address', isMany: true, summary: 'only from this address or CIDR range' },
} satisfies Record<string, OptionSpec>

export function newToken(options: {
  readonly name: string
  readonly expires: string | undefined
  readonly permission: readonly string[]
  readonly address: readonly string[]
}): NewToken {
  const { name, expires, permission, address } = options
  return {
    name,
    ...(expires && { expiresAt: expires }),
    ...(permission.length > 0 && { permissions: [...permission] }),
    ...(address.length > 0 && { allowedAddresses: [...address] }),
  }
}

/** What a rotation takes. */
export const ROTATION = {
  overlap: { value: 'seconds', summary: 'how long the old secret still counts; a day if absent' },
  expires: { value: 'date', summary: 'when the new one ends; as long from now as the old one had if absent' },
} satisfies Record<string, OptionSpec>

export function rotation({
  overlap,
  expires,
}: {
  readonly overlap: string | undefined
  readonly expires: string | undefined
}) {
  if (overlap !== undefined && !/^\d{1,9}$/.test(overlap))
    throw new Failure('usage', '--overlap is a number of seconds.')
  return { ...(overlap && { overlapSeconds: Number(overlap) }), ...(expires && { expiresAt: expires }) }
}

/** A token as people name it: its id, or `ramp_pat_<id>` as logs and lists have it. */
export function parseTokenId(text: string): string {
  const id = /^(?:[a-z][a-z0-9]{0,19}_(?:pat|sat)_)?([0-9A-Za-z]{12})$/.exec(text)?.[1] ?? ''
  if (!isTokenId(id))
    throw new Failure('usage', 'A token is named by its id, such as ramp_pat_0123456789AB: see "ramp tokens list".')
  return id
}

export const TOKEN_COLUMNS: readonly Column<Token>[] = [
  { title: 'id', text: ({ id }) => id },
  { title: 'name', text: ({ name }) => name },
  { title: 'status', text: ({ status }) => status },
  { title: 'created', text: ({ createdAt }) => when(createdAt) },
  { title: 'expires', text: ({ expiresAt }) => when(expiresAt) },
  { title: 'last used', text: ({ lastUsedAt }) => when(lastUsedAt) },
  { title: 'from', text: ({ lastUsedAddress }) => lastUsedAddress ?? '' },
]

export function describeToken({ terminal }: Context, token: Token): string {
  return facts(terminal, {
    id: token.id,
    name: token.name,
    status: token.status,
    created: instant(token.createdAt),
    expires: instant(token.expiresAt),
    'last used': instant(token.lastUsedAt),
    ...(token.lastUsedAddress && { from: token.lastUsedAddress }),
    ...(token.lastUsedClient && { by: token.lastUsedClient }),
    ...(token.revokedAt && {
      revoked: `${instant(token.revokedAt)}${token.revokedBy ? ` by ${token.revokedBy}` : ''}`,
    }),
    permissions: list(token.permissions ?? [], 'all of the account'),
    addresses: list(token.allowedAddresses ?? [], 'any'),
  })
}

/** "3 days ago (2026-11-22T10:00:00.000Z)" */
export function instant(at: string | null): string {
  return at === null ? when(at) : `${when(at)} (${at})`
}

/** The secret alone on standard output, so that it can be sent on to where it belongs; the rest beside it. */
export function printCreated({ terminal, print }: Context, created: CreatedToken): void {
  const { name, expiresAt } = created.token
  terminal.say(
    `The secret of "${name}", which ends ${expiresAt === null ? 'when it is revoked' : when(expiresAt)}. It is shown this once.`,
  )
  print(created, ({ secret }) => secret)
}
