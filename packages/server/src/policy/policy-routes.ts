import { etagOf } from '../core/etag.ts'
import { asAuthenticated, asSession } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { closed, IfMatch, page } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { changePolicy } from './change-policy.ts'
import {
  ChangedPolicyBody,
  PolicyBody,
  PolicyInput,
  PreviewBody,
  TokenRulesBody,
  toPolicyBody,
  toPreviewBody,
  toTokenRulesBody,
} from './policy-schemas.ts'
import { readPolicy, readStoredPolicy } from './policy-store.ts'
import { type PreviewPosition, previewPolicy } from './preview-policy.ts'
import { allowsCreation } from './restrict-new-token.ts'

const tags = ['Policy']
const isPosition = (value: unknown): value is PreviewPosition =>
  Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'string')

/** `/api/v1/policy`: what holds for all tokens, and what a change of it would do. */
export function registerPolicyRoutes(app: Router, services: Services): void {
  const { database, clock } = services

  app.get(
    '/api/v1/policy',
    {
      schema: { operationId: 'getPolicy', tags, summary: 'Read the policy', response: { 200: PolicyBody } },
    },
    async (_req, reply) => {
      const stored = await readStoredPolicy(database.read)
      reply.header('etag', etagOf(stored.policy))
      return toPolicyBody(stored)
    },
  )

  app.put(
    '/api/v1/policy',
    {
      config: { problems: ['edited_meanwhile'] },
      schema: {
        operationId: 'changePolicy',
        tags,
        summary: 'Replace the policy, and end every token that is out of line with it',
        description:
          'Takes a session. A policy deletes nothing: it revokes, or moves an end, and says on the token why. Relaxing it does not bring back what has ended.',
        headers: IfMatch,
        body: PolicyInput,
        response: { 200: ChangedPolicyBody },
      },
    },
    async (req, reply) => {
      const ifMatch = req.headers['if-match']
      const changed = await changePolicy(services, contextOf(req, services), asSession(req), req.body, ifMatch)
      reply.header('etag', etagOf(changed.policy))
      return { ...toPolicyBody(changed), tokensEnded: changed.tokensEnded }
    },
  )

  app.post(
    '/api/v1/policy/preview',
    {
      schema: {
        operationId: 'previewPolicy',
        tags,
        summary: 'Which tokens and owners a policy would hit, and what would happen to each',
        description: 'Nothing is changed. A page has up to `limit` tokens and up to `limit` owners.',
        querystring: closed(page),
        body: PolicyInput,
        response: { 200: PreviewBody },
      },
    },
    async (req) => {
      const { cursor, limit = 50 } = req.query
      const after = decodeCursor(cursor, isPosition) ?? (['', ''] as const)
      const preview = await previewPolicy(services, req.body, { after, limit }, clock())
      return {
        ...toPreviewBody(preview),
        nextCursor: preview.next === undefined ? null : encodeCursor(preview.next),
      }
    },
  )

  app.get(
    '/api/v1/tokens/rules',
    {
      schema: {
        operationId: 'getTokenRules',
        tags: ['Tokens'],
        summary: 'What the policy says of new tokens, and whether you may make them',
        response: { 200: TokenRulesBody },
      },
    },
    async (req) => {
      const policy = await readPolicy(database.read)
      return toTokenRulesBody(policy, allowsCreation(policy.pat.creation, asAuthenticated(req).account.roles))
    },
  )
}
