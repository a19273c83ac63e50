import { Type } from 'typebox'
import { Problem } from '../core/problem.ts'
import type { Router } from '../http/routes.ts'
import { AccountId, IfMatch, listOf, NoContent } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import type { TokenOwner } from '../tokens/token.ts'
import { tokenHandlers } from '../tokens/token-handlers.ts'
import {
  ChangeTokenBody,
  CreatedToken,
  CreateTokenBody,
  ListTokensQuery,
  RotateTokenBody,
  TokenBody,
  TokenId,
} from '../tokens/token-schemas.ts'
import { getServiceAccount } from './service-account-store.ts'

const OneServiceAccount = Type.Object({ id: AccountId })
const OneServiceToken = Type.Object({ id: AccountId, tokenId: TokenId })
const tags = ['Service accounts']

/** `/api/v1/service-accounts/:id/tokens`: the credentials of a machine, managed by people. */
export function registerServiceTokenRoutes(app: Router, services: Services): void {
  const { database, verifier, clock } = services
  const tokens = tokenHandlers(services)

  /** Throws `service_account_not_found`. */
  async function ownerOf(id: string): Promise<TokenOwner> {
    await getServiceAccount(database.read, id, clock())
    const principal = await verifier.readPrincipal(id)
    if (principal === undefined) throw new Problem('service_account_not_found')
    return principal
  }

  app.get(
    '/api/v1/service-accounts/:id/tokens',
    {
      config: { problems: ['service_account_not_found'] },
      schema: {
        operationId: 'listServiceTokens',
        tags,
        summary: 'List the tokens of a service account',
        params: OneServiceAccount,
        querystring: ListTokensQuery,
        response: { 200: listOf(TokenBody) },
      },
    },
    async (req) => tokens.list(await ownerOf(req.params.id), req.query),
  )

  app.post(
    '/api/v1/service-accounts/:id/tokens',
    {
      config: {
        problems: [
          'service_account_not_found',
          'token_name_taken',
          'grant_exceeds_token',
          'policy_violation',
          'token_limit_reached',
        ],
      },
      schema: {
        operationId: 'createServiceToken',
        tags,
        summary: 'Create a token for a service account',
        description: 'The secret is in this answer only.',
        params: OneServiceAccount,
        body: CreateTokenBody,
        response: { 201: CreatedToken },
      },
    },
    async (req, reply) => {
      const created = await tokens.create(req, await ownerOf(req.params.id), req.body)
      const location = `/api/v1/service-accounts/${req.params.id}/tokens/${created.token.id}`
      return reply.code(201).header('location', location).send(created)
    },
  )

  app.get(
    '/api/v1/service-accounts/:id/tokens/:tokenId',
    {
      config: { problems: ['service_account_not_found', 'token_not_found'] },
      schema: {
        operationId: 'getServiceToken',
        tags,
        summary: 'Read a token of a service account',
        params: OneServiceToken,
        response: { 200: TokenBody },
      },
    },
    async (req, reply) => tokens.get(reply, await ownerOf(req.params.id), req.params.tokenId),
  )

  app.patch(
    '/api/v1/service-accounts/:id/tokens/:tokenId',
    {
      config: {
        problems: [
          'service_account_not_found',
          'token_not_found',
          'token_not_active',
          'token_widening',
          'token_name_taken',
          'edited_meanwhile',
        ],
      },
      schema: {
        operationId: 'changeServiceToken',
        tags,
        summary: 'Rename or narrow a token of a service account',
        headers: IfMatch,
        params: OneServiceToken,
        body: ChangeTokenBody,
        response: { 200: TokenBody },
      },
    },
    async (req, reply) => tokens.change(req, reply, await ownerOf(req.params.id), req.params.tokenId, req.body),
  )

  app.post(
    '/api/v1/service-accounts/:id/tokens/:tokenId/rotate',
    {
      config: {
        problems: [
          'service_account_not_found',
          'token_not_found',
          'token_not_active',
          'grant_exceeds_token',
          'policy_violation',
          'token_limit_reached',
        ],
      },
      schema: {
        operationId: 'rotateServiceToken',
        tags,
        summary: 'Replace a token of a service account by a new one',
        params: OneServiceToken,
        body: RotateTokenBody,
        response: { 201: CreatedToken },
      },
    },
    async (req, reply) => {
      const rotated = await tokens.rotate(req, await ownerOf(req.params.id), req.params.tokenId, req.body)
      const location = `/api/v1/service-accounts/${req.params.id}/tokens/${rotated.token.id}`
      return reply.code(201).header('location', location).send(rotated)
    },
  )

  app.delete(
    '/api/v1/service-accounts/:id/tokens/:tokenId',
    {
      config: { problems: ['service_account_not_found', 'token_not_found'] },
      schema: {
        operationId: 'revokeServiceToken',
        tags,
        summary: 'Revoke a token of a service account',
        params: OneServiceToken,
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      await tokens.revoke(req, await ownerOf(req.params.id), req.params.tokenId)
      return reply.code(204).send(null)
    },
  )
}
