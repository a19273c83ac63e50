import { Type } from 'typebox'
import { Secret } from '../core/secret.ts'
import { asAuthenticated, asSession } from '../http/actors.ts'
import { contextOf, visitorContextOf } from '../http/authenticate.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { assertSameSite } from '../http/same-site.ts'
import { AccountId, closed, listOf, NoContent, Nullable, OneOf, PlainText } from '../http/schemas.ts'
import { sessionCookie, sessionCookieOf } from '../http/session-cookie.ts'
import { findEmail } from '../members/member-store.ts'
import type { Services } from '../services.ts'
import { changePassword } from './change-password.ts'
import { endSession } from './end-session.ts'
import { endSessions } from './end-sessions.ts'
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from './password-rules.ts'
import {
  EndedSessions,
  EndSessionsQuery,
  ListSessionsQuery,
  PasswordRulesBody,
  SessionBody,
  SessionId,
  toSessionBody,
} from './session-schemas.ts'
import { listOpenSessions, type SessionPosition } from './session-store.ts'
import { signIn } from './sign-in.ts'
import { signOut } from './sign-out.ts'

const Me = Type.Object({
  account: Type.Object({
    id: AccountId,
    kind: OneOf(['member', 'service'] as const),
    username: Type.String(),
    displayName: Type.String(),
    email: Nullable(Type.String()),
    roles: Type.Array(Type.String()),
    permissions: Type.Array(Type.String(), {
      description: 'What this credential may do now: a narrowed token has fewer.',
    }),
  }),
  credential: Type.Object({
    type: OneOf(['session', 'pat', 'service'] as const),
    tokenId: Type.Optional(Type.String()),
  }),
  tokenPrefix: Type.String({ description: 'What tokens of this server begin with: `<prefix>_pat_<id>…`.' }),
})

/** `/api/v1/session` and `/api/v1/me`: signing in and out with a browser, and who one is. */
export function registerSessionRoutes(app: Router, services: Services, publicUrl: string | null): void {
  const cookie = sessionCookie(publicUrl)

  app.post(
    '/api/v1/session',
    {
      config: { problems: ['sign_in_failed', 'too_many_sign_ins', 'cross_site_request'] },
      schema: {
        operationId: 'signIn',
        tags: ['Session'],
        summary: 'Sign in',
        body: closed({
          username: PlainText({ minLength: 1, maxLength: 64 }),
          password: Type.String({ minLength: 1, maxLength: PASSWORD_MAX_LENGTH }),
        }),
        response: {
          201: Type.Object({
            accountId: AccountId,
            mustChangePassword: Type.Boolean({
              description: 'Until it is changed, other calls answer `password_change_required`.',
            }),
          }),
        },
      },
    },
    async (req, reply) => {
      assertSameSite(req, publicUrl)
      const { secret, ...session } = await signIn(services, visitorContextOf(req, services), {
        username: req.body.username,
        password: new Secret(req.body.password),
        formerSession: sessionCookieOf(req),
      })
      return cookie.set(reply, secret).code(201).send(session)
    },
  )

  app.delete(
    '/api/v1/session',
    { schema: { operationId: 'signOut', tags: ['Session'], summary: 'Sign out', response: { 204: NoContent } } },
    async (req, reply) => {
      await signOut(services, contextOf(req, services), asSession(req))
      return cookie.clear(reply).code(204).send(null)
    },
  )

  app.get(
    '/api/v1/me/sessions',
    {
      schema: {
        operationId: 'listSessions',
        tags: ['Session'],
        summary: 'List the own sessions',
        querystring: ListSessionsQuery,
        response: { 200: listOf(SessionBody) },
      },
    },
    async (req) => {
      const { account, sessionId } = asSession(req)
      const { limit = 50, cursor } = req.query
      const { items, next } = await listOpenSessions(services.database.read, {
        accountId: account.id,
        now: services.clock(),
        after: decodeCursor(cursor, isSessionPosition),
        limit,
      })
      return {
        items: items.map((session) => toSessionBody(session, sessionId)),
        nextCursor: next === undefined ? null : encodeCursor({ createdAt: next.createdAt, id: next.id }),
      }
    },
  )

  app.delete(
    '/api/v1/me/sessions/:id',
    {
      config: { problems: ['session_not_found'] },
      schema: {
        operationId: 'endSession',
        tags: ['Session'],
        summary: 'End one of the own sessions',
        description: 'Its next request is refused. Ending the one that asks is signing out.',
        params: Type.Object({ id: SessionId }),
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      const actor = asSession(req)
      await endSession(services, contextOf(req, services), actor, req.params.id)
      if (req.params.id === actor.sessionId) cookie.clear(reply)
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/api/v1/me/sessions',
    {
      schema: {
        operationId: 'endSessions',
        tags: ['Session'],
        summary: 'End all other sessions of the own account',
        description: 'With `current=true` the one that asks, too.',
        querystring: EndSessionsQuery,
        response: { 200: EndedSessions },
      },
    },
    async (req, reply) => {
      const includesCurrent = req.query.current ?? false
      const ended = await endSessions(services, contextOf(req, services), asSession(req), { includesCurrent })
      if (includesCurrent) cookie.clear(reply)
      return { ended }
    },
  )

  app.get(
    '/api/v1/password-rules',
    {
      schema: {
        operationId: 'getPasswordRules',
        tags: ['Session'],
        summary: 'What a new password has to be',
        description: 'Any characters; common passwords, and those made of the username, are refused.',
        response: { 200: PasswordRulesBody },
      },
    },
    () => ({ minLength: services.passwordMinLength, maxLength: PASSWORD_MAX_LENGTH }),
  )

  app.put(
    '/api/v1/me/password',
    {
      config: { problems: ['current_password_wrong', 'too_many_sign_ins'] },
      schema: {
        operationId: 'changePassword',
        tags: ['Session'],
        summary: 'Change the own password',
        description: 'Ends all other sessions of the account.',
        body: closed({
          currentPassword: Type.String({ minLength: 1, maxLength: PASSWORD_MAX_LENGTH }),
          newPassword: Type.String({ minLength: PASSWORD_MIN_LENGTH, maxLength: PASSWORD_MAX_LENGTH }),
          revokeTokens: Type.Optional(
            Type.Boolean({ default: false, description: 'Whether to revoke all tokens of the account, too.' }),
          ),
        }),
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      await changePassword(services, contextOf(req, services), asSession(req), {
        currentPassword: new Secret(req.body.currentPassword),
        newPassword: new Secret(req.body.newPassword),
        revokeTokens: req.body.revokeTokens ?? false,
      })
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/api/v1/me',
    { schema: { operationId: 'getMe', tags: ['Session'], summary: 'Who this credential is', response: { 200: Me } } },
    async (req) => {
      const actor = asAuthenticated(req)
      const { id, kind, username, displayName, roles } = actor.account
      const email = kind === 'member' ? await findEmail(services.database.read, id) : null
      return {
        account: {
          id,
          kind,
          username,
          displayName,
          email,
          roles: [...roles],
          permissions: [...actor.permissions].sort(),
        },
        tokenPrefix: services.tokenPrefix,
        credential: actor.kind === 'session' ? { type: actor.kind } : { type: actor.kind, tokenId: actor.tokenId },
      }
    },
  )
}

function isSessionPosition(value: unknown): value is SessionPosition {
  const { createdAt, id } = (value ?? {}) as Partial<SessionPosition>
  return Number.isSafeInteger(createdAt) && typeof id === 'string'
}
