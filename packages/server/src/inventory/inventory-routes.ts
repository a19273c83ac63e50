import { Type } from 'typebox'
import { toInstant } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import { asAuthenticated } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { listOf, Nullable, SHORT_PAGES } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import type { Token } from '../tokens/token.ts'
import { isPositionFor, toSortOrder, withActivity } from '../tokens/token-handlers.ts'
import { findToken } from '../tokens/token-query.ts'
import { TokenId } from '../tokens/token-schemas.ts'
import { countMatching } from './count-matching.ts'
import { listInventory } from './inventory-query.ts'
import {
  criteriaOf,
  InventoryCountQuery,
  InventoryQuery,
  InventoryToken,
  RevocationBody,
  RevokeBody,
  toInventoryToken,
} from './inventory-schemas.ts'
import { readProgress } from './revocation-progress.ts'
import { revokeListed, revokeMatching } from './revoke-tokens.ts'

/** `/api/v1/admin/tokens`: every token of every account. */
export function registerInventoryRoutes(app: Router, services: Services): void {
  const { database, usage, clock } = services

  app.get(
    '/api/v1/admin/tokens',
    {
      schema: {
        operationId: 'listAllTokens',
        tags: ['Inventory'],
        summary: 'List the tokens of all accounts',
        description: SHORT_PAGES,
        querystring: InventoryQuery,
        response: {
          200: listOf(InventoryToken),
        },
      },
    },
    async (req) => {
      const { sort: order = '-createdAt', limit = 50, cursor, activity, ...filter } = req.query
      const { sort, direction } = toSortOrder(order)
      const criteria = criteriaOf(filter, clock())
      const after = decodeCursor(cursor, isPositionFor(sort))
      const { items, next } = await listInventory(database, { ...criteria, sort, direction, after, limit })
      const latest = await usage.latest(items.map(({ id }) => id))
      const show = (token: Token) => toInventoryToken(token, latest(token.id), clock())
      const shown = await withActivity(services, items.map(show), activity)
      return { items: shown, nextCursor: next ? encodeCursor(next) : null }
    },
  )

  app.get(
    '/api/v1/admin/tokens/count',
    {
      schema: {
        operationId: 'countAllTokens',
        tags: ['Inventory'],
        summary: 'How many tokens a filter names, and of how many accounts',
        querystring: InventoryCountQuery,
        response: { 200: Type.Object({ count: Type.Integer(), accounts: Type.Integer() }) },
      },
    },
    async (req) => {
      const { tokens, accounts } = await countMatching(database, criteriaOf(req.query, clock()))
      return { count: tokens, accounts }
    },
  )

  app.get(
    '/api/v1/admin/tokens/revocation',
    {
      schema: {
        operationId: 'getRevocationProgress',
        tags: ['Inventory'],
        summary: 'How far the caller’s own revocation by a filter is',
        description: 'Null: none of many tokens is under way. One that failed half-way stays until the next.',
        response: { 200: Type.Object({ revocation: Nullable(RevocationBody) }) },
      },
    },
    async (req) => {
      const progress = await readProgress(database.read, asAuthenticated(req).account.id)
      if (progress === undefined) return { revocation: null }
      const { startedAt, expected, revoked } = progress
      return { revocation: { startedAt: toInstant(startedAt), expectedCount: expected, revoked } }
    },
  )

  app.get(
    '/api/v1/admin/tokens/:id',
    {
      config: { problems: ['token_not_found'] },
      schema: {
        operationId: 'getAnyToken',
        tags: ['Inventory'],
        summary: 'Read a token, whoever it belongs to',
        params: Type.Object({ id: TokenId }),
        response: { 200: InventoryToken },
      },
    },
    async (req) => {
      const token = await findToken(database.read, req.params.id)
      if (token === undefined) throw new Problem('token_not_found')
      return toInventoryToken(token, (await usage.latest([token.id]))(token.id), clock())
    },
  )

  app.post(
    '/api/v1/admin/tokens/revoke',
    {
      config: { problems: ['count_changed'] },
      schema: {
        operationId: 'revokeTokens',
        tags: ['Inventory'],
        summary: 'Revoke many tokens, by their ids or by a filter',
        description: 'Counts from the moment this is answered. Those that are revoked already are passed over.',
        body: RevokeBody,
        response: { 200: Type.Object({ revoked: Type.Integer() }) },
      },
    },
    async (req) => {
      const context = contextOf(req, services)
      const actor = asAuthenticated(req)
      if ('ids' in req.body) return { revoked: await revokeListed(services, context, actor, req.body.ids) }
      const criteria = criteriaOf(req.body.filter, context.now)
      return { revoked: await revokeMatching(services, context, actor, criteria, req.body.expectedCount) }
    },
  )
}
