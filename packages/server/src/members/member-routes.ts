import { Type } from 'typebox'
import { Secret } from '../core/secret.ts'
import { parseName } from '../core/text.ts'
import { asAuthenticated } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { AccountId, listOf } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { changeMember } from './change-member.ts'
import { createMember } from './create-member.ts'
import { ChangeMemberBody, CreateMemberBody, ListMembersQuery, MemberBody, toMemberBody } from './member-schemas.ts'
import { getMember, listMembers } from './member-store.ts'

const NAME_LENGTH = 100
const OneMember = Type.Object({ id: AccountId })
const isText = (value: unknown): value is string => typeof value === 'string'

/** `/api/v1/members`: people and their account state. */
export function registerMemberRoutes(app: Router, services: Services): void {
  const { database } = services

  app.get(
    '/api/v1/members',
    {
      schema: {
        operationId: 'listMembers',
        tags: ['Members'],
        summary: 'List members',
        querystring: ListMembersQuery,
        response: { 200: listOf(MemberBody) },
      },
    },
    async (req) => {
      const { status = 'all', q, cursor, limit = 50 } = req.query
      const { items, next } = await listMembers(database.read, {
        status,
        q,
        limit,
        after: decodeCursor(cursor, isText),
      })
      return { items: items.map(toMemberBody), nextCursor: next === undefined ? null : encodeCursor(next) }
    },
  )

  app.post(
    '/api/v1/members',
    {
      config: {
        problems: [
          'username_taken',
          'email_taken',
          'role_not_found',
          'grant_exceeds_token',
          'insufficient_permissions',
        ],
      },
      schema: {
        operationId: 'createMember',
        tags: ['Members'],
        summary: 'Create a member',
        description: 'Giving roles along with it needs `roles:grant`, too.',
        body: CreateMemberBody,
        response: { 201: MemberBody },
      },
    },
    async (req, reply) => {
      const { password, roles = [], firstName, lastName, ...names } = req.body
      const member = await createMember(services, contextOf(req, services), asAuthenticated(req), {
        ...names,
        firstName: parseFirstName(firstName),
        lastName: parseLastName(lastName),
        password: new Secret(password),
        roles,
      })
      return reply.code(201).header('location', `/api/v1/members/${member.id}`).send(toMemberBody(member))
    },
  )

  app.get(
    '/api/v1/members/:id',
    {
      config: { problems: ['member_not_found'] },
      schema: {
        operationId: 'getMember',
        tags: ['Members'],
        summary: 'Read a member',
        params: OneMember,
        response: { 200: MemberBody },
      },
    },
    async (req) => toMemberBody(await getMember(database.read, req.params.id)),
  )

  app.patch(
    '/api/v1/members/:id',
    {
      config: {
        problems: [
          'member_not_found',
          'username_taken',
          'email_taken',
          'own_deactivation',
          'own_password_reset',
          'last_administrator',
          'session_required',
        ],
      },
      schema: {
        operationId: 'changeMember',
        tags: ['Members'],
        summary: 'Edit, deactivate or reactivate a member, or reset the password',
        description: 'Resetting a password takes a session. It ends the member’s sessions; tokens go on.',
        params: OneMember,
        body: ChangeMemberBody,
        response: { 200: MemberBody },
      },
    },
    async (req) => {
      const { password, firstName, lastName, ...change } = req.body
      const member = await changeMember(services, contextOf(req, services), asAuthenticated(req), req.params.id, {
        ...change,
        ...(firstName !== undefined && { firstName: parseFirstName(firstName) }),
        ...(lastName !== undefined && { lastName: parseLastName(lastName) }),
        ...(password !== undefined && { password: new Secret(password) }),
      })
      return toMemberBody(member)
    },
  )
}

const parseFirstName = (text: string) => parseName('firstName', text, NAME_LENGTH)

/** People with one name have no last name. */
const parseLastName = (text: string) => text.trim() && parseName('lastName', text, NAME_LENGTH)
