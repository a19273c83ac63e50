import { type Static, Type } from 'typebox'
import { DAY_MS } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import { asAuthenticated } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { Nullable } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import type { Token } from '../tokens/token.ts'
import { isPositionFor, toSortOrder } from '../tokens/token-handlers.ts'
import { countTokens, findToken, listTokens, type TokenCriteria } from '../tokens/token-query.ts'
import { TokenId } from '../tokens/token-schemas.ts'
import { InventoryQuery, InventoryToken, RevokeBody, toInventoryToken } from './inventory-schemas.ts'
import { revokeListed, revokeMatching } from './revoke-tokens.ts'

/** `/api/v1/admin/tokens`: every token of every account. */
export function registerInventoryRoutes(app: Router, services: Services): void {
  const { database, usage, clock } = services
  const show = (token: Token) => toInventoryToken(token, usage.pending(token.id), clock())

  app.get(
    '/api/v1/admin/tokens',
    {
      schema: {
        operationId: 'listAllTokens',
        tags: ['Inventory'],
        summary: 'List the tokens of all accounts',
        querystring: InventoryQuery,
        response: {
          200: Type.Object({
            items: Type.Array(InventoryToken),
            nextCursor: Nullable(Type.String()),
            count: Type.Integer({ description: 'How many there are on all pages.' }),
          }),
        },
      },
    },
    async (req) => {
      const { sort: order = '-createdAt', limit = 50, cursor, ...filter } = req.query
      const { sort, direction } = toSortOrder(order)
      const criteria = criteriaOf(filter, clock())
      const after = decodeCursor(cursor, isPositionFor(sort))
      const { items, next } = await listTokens(database.read, { ...criteria, sort, direction, after, limit })
      const { tokens: count } = await countTokens(database.read, criteria)
      return { items: items.map(show), nextCursor: next ? encodeCursor(next) : null, count }
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
      return show(token)
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

type Filter = Pick<
  Static<typeof InventoryQuery>,
  'accountId' | 'kind' | 'status' | 'q' | 'unusedDays' | 'createdBefore'
>

function criteriaOf(
  { accountId, kind, status = 'active', q, unusedDays, createdBefore }: Filter,
  now: number,
): TokenCriteria {
  return {
    accountId,
    kind,
    status,
    q,
    unusedSince: unusedDays === undefined ? undefined : now - unusedDays * DAY_MS,
    createdBefore: createdBefore === undefined ? undefined : Date.parse(createdBefore),
    now,
  }
}
