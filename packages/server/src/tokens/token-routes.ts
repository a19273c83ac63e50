import { isTokenId } from '@ramp/verifier'
import { Type } from 'typebox'
import { parseName } from '../core/text.ts'
import { asAuthenticated, asSession, asToken } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { listOf, NoContent } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { changeToken } from './change-token.ts'
import { createToken } from './create-token.ts'
import { requireToken } from './require-token.ts'
import { revokeToken } from './revoke-token.ts'
import type { Token } from './token.ts'
import {
  ChangeTokenBody,
  CreatedToken,
  CreateTokenBody,
  ListTokensQuery,
  TokenBody,
  TokenId,
  toTokenBody,
} from './token-schemas.ts'
import { listTokens, type TokenPosition, type TokenSort } from './token-store.ts'

const NAME_LENGTH = 100
const OneToken = Type.Object({ id: TokenId })

/** `/api/v1/tokens`: one's own personal access tokens. */
export function registerTokenRoutes(app: Router, services: Services): void {
  const { database, usage, clock } = services
  const show = (token: Token) => toTokenBody(token, usage.pending(token.id), clock())

  app.get(
    '/api/v1/tokens',
    {
      schema: {
        operationId: 'listTokens',
        tags: ['Tokens'],
        summary: 'List own tokens',
        querystring: ListTokensQuery,
        response: { 200: listOf(TokenBody) },
      },
    },
    async (req) => {
      const { status = 'active', sort: order = '-createdAt', limit = 50, q, cursor } = req.query
      const sort = order.replace('-', '') as TokenSort
      const { items, next } = await listTokens(database.read, {
        accountId: asAuthenticated(req).account.id,
        kind: 'pat',
        status,
        q,
        sort,
        direction: order.startsWith('-') ? 'desc' : 'asc',
        after: decodeCursor(cursor, isPositionFor(sort)),
        limit,
        now: clock(),
      })
      return { items: items.map(show), nextCursor: next ? encodeCursor(next) : null }
    },
  )

  app.post(
    '/api/v1/tokens',
    {
      config: { problems: ['token_name_taken'] },
      schema: {
        operationId: 'createToken',
        tags: ['Tokens'],
        summary: 'Create a token',
        description: 'The secret is in this answer only. A token cannot make tokens: this takes a session.',
        body: CreateTokenBody,
        response: { 201: CreatedToken },
      },
    },
    async (req, reply) => {
      const { name, expiresAt = null, permissions = null, allowedAddresses = null } = req.body
      const input = { name: parseName('name', name, NAME_LENGTH), expiresAt, permissions, allowedAddresses }
      const { token, secret } = await createToken(services, contextOf(req, services), asSession(req), input)
      return reply
        .code(201)
        .header('location', `/api/v1/tokens/${token.id}`)
        .send({ token: show(token), secret: secret.expose() })
    },
  )

  app.get(
    '/api/v1/tokens/:id',
    {
      config: { problems: ['token_not_found'] },
      schema: {
        operationId: 'getToken',
        tags: ['Tokens'],
        summary: 'Read one of the own tokens',
        params: OneToken,
        response: { 200: TokenBody },
      },
    },
    async (req) => show(await requireToken(database.read, asAuthenticated(req).account.id, req.params.id)),
  )

  app.patch(
    '/api/v1/tokens/:id',
    {
      config: { problems: ['token_not_found', 'token_not_active', 'token_widening', 'token_name_taken'] },
      schema: {
        operationId: 'changeToken',
        tags: ['Tokens'],
        summary: 'Rename or narrow a token',
        description: 'Fewer permissions, fewer addresses, an earlier end; never more.',
        params: OneToken,
        body: ChangeTokenBody,
        response: { 200: TokenBody },
      },
    },
    async (req) => {
      const { name, ...limits } = req.body
      const change = name === undefined ? limits : { ...limits, name: parseName('name', name, NAME_LENGTH) }
      return show(await changeToken(services, contextOf(req, services), asAuthenticated(req), req.params.id, change))
    },
  )

  app.delete(
    '/api/v1/tokens/:id',
    {
      config: { problems: ['token_not_found'] },
      schema: {
        operationId: 'revokeToken',
        tags: ['Tokens'],
        summary: 'Revoke a token',
        description: 'Counts from the moment this is answered. Revoking again changes nothing.',
        params: OneToken,
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      await revokeToken(services, contextOf(req, services), asAuthenticated(req), req.params.id)
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/api/v1/tokens/current',
    {
      schema: {
        operationId: 'revokeCurrentToken',
        tags: ['Tokens'],
        summary: 'Revoke the token of this very call',
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      const actor = asToken(req)
      await revokeToken(services, contextOf(req, services), actor, actor.tokenId)
      return reply.code(204).send(null)
    },
  )
}

/** Sorted by name, a page ends at a text; otherwise at an instant. */
function isPositionFor(sort: TokenSort) {
  return (value: unknown): value is TokenPosition => {
    const { value: at, id } = (value ?? {}) as Partial<TokenPosition>
    return (
      typeof id === 'string' && isTokenId(id) && (sort === 'name' ? typeof at === 'string' : Number.isSafeInteger(at))
    )
  }
}
