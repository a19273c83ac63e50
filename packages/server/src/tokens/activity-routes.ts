import { Type } from 'typebox'
import { Problem } from '../core/problem.ts'
import { asAuthenticated } from '../http/actors.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { closed, page } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { ActivityBody, HistoryBody, toActivityBody, toHistoryItem } from './activity-schemas.ts'
import { requireToken } from './require-token.ts'
import { readClients, readDays } from './token-activity.ts'
import { listTokenEvents } from './token-history.ts'
import { findToken } from './token-query.ts'
import { TokenId } from './token-schemas.ts'

const OneToken = Type.Object({ id: TokenId })
const isEventId = (value: unknown): value is number => Number.isSafeInteger(value)

/** How a token is used and what has happened to it: for its owner, and for administrators any token. */
export function registerActivityRoutes(app: Router, services: Services): void {
  const { database, usage, clock } = services

  async function activity(id: string) {
    const days = await readDays(database.read, usage, id, clock())
    return toActivityBody(days, await readClients(database.read, usage, id))
  }

  async function history(id: string, query: { limit?: number; cursor?: string }, viewerId?: string) {
    const { limit = 50, cursor } = query
    const before = decodeCursor(cursor, isEventId)
    const { items, next } = await listTokenEvents(database.read, { tokenId: id, before, limit })
    return {
      items: items.map((event) => toHistoryItem(event, viewerId)),
      nextCursor: next === undefined ? null : encodeCursor(next),
    }
  }

  async function requireAnyToken(id: string): Promise<void> {
    if ((await findToken(database.read, id)) === undefined) throw new Problem('token_not_found')
  }

  app.get(
    '/api/v1/tokens/:id/activity',
    {
      config: { problems: ['token_not_found'] },
      schema: {
        operationId: 'getTokenActivity',
        tags: ['Tokens'],
        summary: 'How one of the own tokens is used, day by day, and from where',
        params: OneToken,
        response: { 200: ActivityBody },
      },
    },
    async (req) => {
      await requireToken(database.read, asAuthenticated(req).account.id, req.params.id)
      return activity(req.params.id)
    },
  )

  app.get(
    '/api/v1/tokens/:id/history',
    {
      config: { problems: ['token_not_found'] },
      schema: {
        operationId: 'listTokenHistory',
        tags: ['Tokens'],
        summary: 'What happened to one of the own tokens, newest first',
        params: OneToken,
        querystring: closed(page),
        response: { 200: HistoryBody },
      },
    },
    async (req) => {
      const { account } = asAuthenticated(req)
      await requireToken(database.read, account.id, req.params.id)
      return history(req.params.id, req.query, account.id)
    },
  )

  app.get(
    '/api/v1/admin/tokens/:id/activity',
    {
      config: { problems: ['token_not_found'] },
      schema: {
        operationId: 'getAnyTokenActivity',
        tags: ['Inventory'],
        summary: 'How a token is used, day by day, and from where',
        params: OneToken,
        response: { 200: ActivityBody },
      },
    },
    async (req) => {
      await requireAnyToken(req.params.id)
      return activity(req.params.id)
    },
  )

  app.get(
    '/api/v1/admin/tokens/:id/history',
    {
      config: { problems: ['token_not_found'] },
      schema: {
        operationId: 'listAnyTokenHistory',
        tags: ['Inventory'],
        summary: 'What happened to a token, newest first',
        params: OneToken,
        querystring: closed(page),
        response: { 200: HistoryBody },
      },
    },
    async (req) => {
      await requireAnyToken(req.params.id)
      return history(req.params.id, req.query)
    },
  )
}
