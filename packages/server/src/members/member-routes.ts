import { type Static, Type } from 'typebox'
import { etagOf } from '../core/etag.ts'
import { fieldProblem } from '../core/problem.ts'
import { Secret } from '../core/secret.ts'
import { parseName } from '../core/text.ts'
import { asAuthenticated } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { AccountId, IfMatch, listOf } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { changeMember } from './change-member.ts'
import { type BulkAction, changeMembers } from './change-members.ts'
import { createMember } from './create-member.ts'
import { listMembers, type MemberPosition, type MemberSort } from './list-members.ts'
import { editableOf, type Member, NAME_LENGTH } from './member.ts'
import { type MemberOverview, overviewOf } from './member-overview.ts'
import {
  BulkBody,
  BulkResultBody,
  ChangeMemberBody,
  CreateMemberBody,
  ListMembersQuery,
  MemberBody,
  toMemberBody,
} from './member-schemas.ts'
import { getMember } from './member-store.ts'

const OneMember = Type.Object({ id: AccountId })

/** A page ends at a text or at an instant, as its order says. */
function isPositionFor(sort: MemberSort) {
  const type = sort === 'createdAt' || sort === 'lastSignInAt' ? 'number' : 'string'
  return (position: unknown): position is MemberPosition => {
    const { value, id } = (position ?? {}) as Partial<MemberPosition>
    return typeof id === 'string' && typeof value === type && (type === 'string' || Number.isSafeInteger(value))
  }
}

/** `/api/v1/members`: people and their account state. */
export function registerMemberRoutes(app: Router, services: Services): void {
  const { database, clock } = services
  const show = async (member: Member) => {
    const [overview] = await overviewOf(database.read, [member], clock())
    return toMemberBody(overview as MemberOverview)
  }

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
      const { status = 'all', sort: order = 'username', cursor, limit = 50, ...criteria } = req.query
      const sort = order.replace('-', '') as MemberSort
      const { items, next } = await listMembers(database, {
        ...criteria,
        status,
        sort,
        direction: order.startsWith('-') ? 'desc' : 'asc',
        limit,
        after: decodeCursor(cursor, isPositionFor(sort)),
      })
      const overviews = await overviewOf(database.read, items, clock())
      return { items: overviews.map(toMemberBody), nextCursor: next === undefined ? null : encodeCursor(next) }
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
      return reply
        .code(201)
        .header('location', `/api/v1/members/${member.id}`)
        .send(await show(member))
    },
  )

  app.post(
    '/api/v1/members/bulk',
    {
      config: {
        problems: [
          'member_not_found',
          'role_not_found',
          'own_deactivation',
          'last_administrator',
          'grant_exceeds_token',
          'insufficient_permissions',
        ],
      },
      schema: {
        operationId: 'changeMembers',
        tags: ['Members'],
        summary: 'Give or take a role, or deactivate, for a selection',
        description:
          'All of it or nothing: a refusal names the members as `ids.<index>`. `action` has exactly one field. Giving and taking needs `roles:grant`, too.',
        body: BulkBody,
        response: { 200: BulkResultBody },
      },
    },
    async (req) => {
      const { ids, action } = req.body
      return changeMembers(services, contextOf(req, services), asAuthenticated(req), {
        // Whatever the case in which they were written.
        ids: ids.map((id) => id.toLowerCase()),
        action: parseAction(action),
      })
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
    async (req, reply) => {
      const member = await getMember(database.read, req.params.id)
      reply.header('etag', etagOf(editableOf(member)))
      return show(member)
    },
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
          'edited_meanwhile',
        ],
      },
      schema: {
        operationId: 'changeMember',
        tags: ['Members'],
        summary: 'Edit, deactivate or reactivate a member, or reset the password',
        description: 'Resetting a password takes a session. It ends the member’s sessions; tokens go on.',
        headers: IfMatch,
        params: OneMember,
        body: ChangeMemberBody,
        response: { 200: MemberBody },
      },
    },
    async (req, reply) => {
      const { password, firstName, lastName, ...rest } = req.body
      const change = {
        ...rest,
        ...(firstName !== undefined && { firstName: parseFirstName(firstName) }),
        ...(lastName !== undefined && { lastName: parseLastName(lastName) }),
        ...(password !== undefined && { password: new Secret(password) }),
      }
      const ifMatch = req.headers['if-match']
      const { id } = req.params
      const member = await changeMember(services, contextOf(req, services), asAuthenticated(req), id, change, ifMatch)
      reply.header('etag', etagOf(editableOf(member)))
      return show(member)
    },
  )
}

function parseAction({ grant, take, status }: Static<typeof BulkBody>['action']): BulkAction {
  const named: BulkAction[] = [
    ...(grant === undefined ? [] : [{ grant }]),
    ...(take === undefined ? [] : [{ take }]),
    ...(status === undefined ? [] : [{ status }]),
  ]
  const [action] = named
  if (action === undefined || named.length > 1)
    throw fieldProblem('validation_failed', 'action', 'Name one of grant, take and status.', 'one_of')
  return action
}

const parseFirstName = (text: string) => parseName('firstName', text, NAME_LENGTH)

/** People with one name have no last name. */
const parseLastName = (text: string) => text.trim() && parseName('lastName', text, NAME_LENGTH)
