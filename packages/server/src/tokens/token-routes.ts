import { Type } from 'typebox'
import { asAuthenticated, asSession, asToken } from '../http/actors.ts'
import type { Router } from '../http/routes.ts'
import { IfMatch, listOf, NoContent } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { tokenHandlers } from './token-handlers.ts'
import {
  ChangeTokenBody,
  CreatedToken,
  CreateTokenBody,
  ListTokensQuery,
  RotateTokenBody,
  TokenBody,
  TokenId,
} from './token-schemas.ts'

const OneToken = Type.Object({ id: TokenId })

/** `/api/v1/tokens`: one's own personal access tokens. */
export function registerTokenRoutes(app: Router, services: Services): void {
  const tokens = tokenHandlers(services)

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
    (req) => tokens.list(asAuthenticated(req).account, req.query),
  )

  app.post(
    '/api/v1/tokens',
    {
      config: {
        problems: ['token_name_taken', 'token_creation_not_allowed', 'policy_violation', 'token_limit_reached'],
      },
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
      const created = await tokens.create(req, asSession(req).account, req.body)
      return reply.code(201).header('location', `/api/v1/tokens/${created.token.id}`).send(created)
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
    (req, reply) => tokens.get(reply, asAuthenticated(req).account, req.params.id),
  )

  app.patch(
    '/api/v1/tokens/:id',
    {
      config: {
        problems: ['token_not_found', 'token_not_active', 'token_widening', 'token_name_taken', 'edited_meanwhile'],
      },
      schema: {
        operationId: 'changeToken',
        tags: ['Tokens'],
        summary: 'Rename or narrow a token',
        description: 'Fewer permissions, fewer addresses, an earlier end; never more.',
        headers: IfMatch,
        params: OneToken,
        body: ChangeTokenBody,
        response: { 200: TokenBody },
      },
    },
    (req, reply) => tokens.change(req, reply, asAuthenticated(req).account, req.params.id, req.body),
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
      await tokens.revoke(req, asAuthenticated(req).account, req.params.id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/v1/tokens/:id/rotate',
    {
      config: {
        problems: [
          'token_not_found',
          'token_not_active',
          'token_widening',
          'token_creation_not_allowed',
          'policy_violation',
          'token_limit_reached',
        ],
      },
      schema: {
        operationId: 'rotateToken',
        tags: ['Tokens'],
        summary: 'Replace a token by a new one',
        description:
          'Same name and limits, a new secret; the old one ends after the overlap. A token may rotate itself, not others.',
        params: OneToken,
        body: RotateTokenBody,
        response: { 201: CreatedToken },
      },
    },
    async (req, reply) => {
      const rotated = await tokens.rotate(req, asAuthenticated(req).account, req.params.id, req.body)
      return reply.code(201).header('location', `/api/v1/tokens/${rotated.token.id}`).send(rotated)
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
      const { account, tokenId } = asToken(req)
      await tokens.revoke(req, account, tokenId)
      return reply.code(204).send(null)
    },
  )
}
