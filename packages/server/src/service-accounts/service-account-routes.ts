import { Type } from 'typebox'
import { etagOf } from '../core/etag.ts'
import { parseName } from '../core/text.ts'
import { asAuthenticated } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { AccountId, IfMatch, listOf, NoContent } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { changeServiceAccount } from './change-service-account.ts'
import { createServiceAccount } from './create-service-account.ts'
import { deleteServiceAccount } from './delete-service-account.ts'
import { editableOf } from './service-account.ts'
import {
  ChangeServiceAccountBody,
  CreateServiceAccountBody,
  ListServiceAccountsQuery,
  ServiceAccountBody,
  toServiceAccountBody,
} from './service-account-schemas.ts'
import { getServiceAccount, listServiceAccounts } from './service-account-store.ts'

const NAME_LENGTH = 100
const OneServiceAccount = Type.Object({ id: AccountId })
const isText = (value: unknown): value is string => typeof value === 'string'
const tags = ['Service accounts']

/** `/api/v1/service-accounts`: identities of machines. Their tokens are in service-token-routes. */
export function registerServiceAccountRoutes(app: Router, services: Services): void {
  const { database, clock } = services

  app.get(
    '/api/v1/service-accounts',
    {
      schema: {
        operationId: 'listServiceAccounts',
        tags,
        summary: 'List service accounts',
        querystring: ListServiceAccountsQuery,
        response: { 200: listOf(ServiceAccountBody) },
      },
    },
    async (req) => {
      const { q, cursor, limit = 50 } = req.query
      const filter = { q, limit, after: decodeCursor(cursor, isText), now: clock() }
      const { items, next } = await listServiceAccounts(database.read, filter)
      return { items: items.map(toServiceAccountBody), nextCursor: next === undefined ? null : encodeCursor(next) }
    },
  )

  app.post(
    '/api/v1/service-accounts',
    {
      config: { problems: ['service_account_name_taken'] },
      schema: {
        operationId: 'createServiceAccount',
        tags,
        summary: 'Create a service account',
        body: CreateServiceAccountBody,
        response: { 201: ServiceAccountBody },
      },
    },
    async (req, reply) => {
      const { name, description = '', maintainers = [] } = req.body
      const input = { name: parseName('name', name, NAME_LENGTH), description, maintainers }
      const account = await createServiceAccount(services, contextOf(req, services), asAuthenticated(req), input)
      return reply
        .code(201)
        .header('location', `/api/v1/service-accounts/${account.id}`)
        .send(toServiceAccountBody(account))
    },
  )

  app.get(
    '/api/v1/service-accounts/:id',
    {
      config: { problems: ['service_account_not_found'] },
      schema: {
        operationId: 'getServiceAccount',
        tags,
        summary: 'Read a service account',
        params: OneServiceAccount,
        response: { 200: ServiceAccountBody },
      },
    },
    async (req, reply) => {
      const account = await getServiceAccount(database.read, req.params.id, clock())
      reply.header('etag', etagOf(editableOf(account)))
      return toServiceAccountBody(account)
    },
  )

  app.patch(
    '/api/v1/service-accounts/:id',
    {
      config: { problems: ['service_account_not_found', 'service_account_name_taken', 'edited_meanwhile'] },
      schema: {
        operationId: 'changeServiceAccount',
        tags,
        summary: 'Rename, describe, deactivate or reactivate a service account, or name whom to ask about it',
        headers: IfMatch,
        params: OneServiceAccount,
        body: ChangeServiceAccountBody,
        response: { 200: ServiceAccountBody },
      },
    },
    async (req, reply) => {
      const { name, ...rest } = req.body
      const change = name === undefined ? rest : { ...rest, name: parseName('name', name, NAME_LENGTH) }
      const ifMatch = req.headers['if-match']
      const actor = asAuthenticated(req)
      const context = contextOf(req, services)
      const account = await changeServiceAccount(services, context, actor, req.params.id, change, ifMatch)
      reply.header('etag', etagOf(editableOf(account)))
      return toServiceAccountBody(account)
    },
  )

  app.delete(
    '/api/v1/service-accounts/:id',
    {
      config: { problems: ['service_account_not_found'] },
      schema: {
        operationId: 'deleteServiceAccount',
        tags,
        summary: 'Delete a service account',
        description: 'Its tokens are revoked, at once and for good.',
        params: OneServiceAccount,
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      await deleteServiceAccount(services, contextOf(req, services), asAuthenticated(req), req.params.id)
      return reply.code(204).send(null)
    },
  )
}
