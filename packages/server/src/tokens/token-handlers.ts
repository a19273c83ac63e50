import { isTokenId } from '@ramp/verifier'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import { etagOf } from '../core/etag.ts'
import { parseName } from '../core/text.ts'
import { asAuthenticated } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Services } from '../services.ts'
import { changeToken } from './change-token.ts'
import { createToken } from './create-token.ts'
import { requireToken } from './require-token.ts'
import { revokeToken } from './revoke-token.ts'
import { rotateToken } from './rotate-token.ts'
import { editableOf, kindFor, TOKEN_NAME_LENGTH, type Token, type TokenOwner } from './token.ts'
import { readCalls } from './token-activity.ts'
import { listTokens, type TokenPosition, type TokenSort } from './token-query.ts'
import {
  type ChangeTokenBody,
  type CreateTokenBody,
  type ListTokensQuery,
  type RotateTokenBody,
  toTokenBody,
} from './token-schemas.ts'

const DEFAULT_OVERLAP_SECONDS = 86_400

/** What the routes of one's own tokens and those of a service account's have in common: everything but whose they are. */
export function tokenHandlers(services: Services) {
  const { database, usage, clock } = services
  const showUnused = (token: Token) => toTokenBody(token, undefined, clock())
  const showWithTag = async (token: Token, reply: FastifyReply) => {
    reply.header('etag', etagOf(editableOf(token)))
    return toTokenBody(token, (await usage.latest([token.id]))(token.id), clock())
  }

  return {
    async list(owner: TokenOwner, query: Static<typeof ListTokensQuery>) {
      const { status = 'active', sort: order = '-createdAt', limit = 50, q, cursor } = query
      const { sort, direction } = toSortOrder(order)
      const { items, next } = await listTokens(database.read, {
        accountId: owner.id,
        kind: kindFor(owner),
        status,
        q,
        sort,
        direction,
        after: decodeCursor(cursor, isPositionFor(sort)),
        limit,
        now: clock(),
      })
      const latest = await usage.latest(items.map(({ id }) => id))
      const show = (token: Token) => toTokenBody(token, latest(token.id), clock())
      const shown = await withActivity(services, items.map(show), query.activity)
      return { items: shown, nextCursor: next ? encodeCursor(next) : null }
    },

    async get(reply: FastifyReply, owner: TokenOwner, id: string) {
      return showWithTag(await requireToken(database.read, owner.id, id), reply)
    },

    /** The one place where a new secret is exposed. */
    async create(req: FastifyRequest, owner: TokenOwner, body: Static<typeof CreateTokenBody>) {
      const { name, expiresAt = null, permissions = null, allowedAddresses = null } = body
      const input = { name: parseName('name', name, TOKEN_NAME_LENGTH), expiresAt, permissions, allowedAddresses }
      const { token, secret } = await createToken(
        services,
        contextOf(req, services),
        asAuthenticated(req),
        owner,
        input,
      )
      return { token: showUnused(token), secret: secret.expose() }
    },

    async change(
      req: FastifyRequest,
      reply: FastifyReply,
      owner: TokenOwner,
      id: string,
      body: Static<typeof ChangeTokenBody>,
    ) {
      const { name, ...limits } = body
      const change = name === undefined ? limits : { ...limits, name: parseName('name', name, TOKEN_NAME_LENGTH) }
      const ifMatch = req.headers['if-match']
      return showWithTag(await changeToken(services, contextOf(req, services), owner, id, change, ifMatch), reply)
    },

    revoke(req: FastifyRequest, owner: Pick<TokenOwner, 'id'>, id: string): Promise<void> {
      return revokeToken(services, contextOf(req, services), asAuthenticated(req), owner.id, id)
    },

    /** … and the other place, for the secret that replaces one. */
    async rotate(req: FastifyRequest, owner: TokenOwner, id: string, body: Static<typeof RotateTokenBody>) {
      const { overlapSeconds = DEFAULT_OVERLAP_SECONDS, ...rest } = body
      const rotation = { overlapSeconds, ...rest }
      const { token, secret } = await rotateToken(
        services,
        contextOf(req, services),
        asAuthenticated(req),
        owner,
        id,
        rotation,
      )
      return { token: showUnused(token), secret: secret.expose() }
    },
  }
}

/** The tokens of a page with their calls a day, if those were asked for. */
export async function withActivity<Shown extends { readonly id: string }>(
  { database, usage, clock }: Services,
  page: readonly Shown[],
  isAsked: boolean | undefined,
): Promise<(Shown & { activity?: number[] })[]> {
  if (!isAsked) return [...page]
  const ids = page.map(({ id }) => id)
  const callsOf = await readCalls(database.read, usage, ids, clock())
  return page.map((token) => ({ ...token, activity: callsOf(token.id) }))
}

/** `-name` is by name, from the last. */
export function toSortOrder(order: string): { sort: TokenSort; direction: 'asc' | 'desc' } {
  return { sort: order.replace('-', '') as TokenSort, direction: order.startsWith('-') ? 'desc' : 'asc' }
}

/** Sorted by name, a page ends at a text; otherwise at an instant. */
export function isPositionFor(sort: TokenSort) {
  return (value: unknown): value is TokenPosition => {
    const { value: at, id } = (value ?? {}) as Partial<TokenPosition>
    return (
      typeof id === 'string' && isTokenId(id) && (sort === 'name' ? typeof at === 'string' : Number.isSafeInteger(at))
    )
  }
}
