import { Type } from 'typebox'
import { etagOf } from '../core/etag.ts'
import { parseName } from '../core/text.ts'
import { asAuthenticated } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { closed, IfMatch, listOf, NoContent, page } from '../http/schemas.ts'
import { inheritedByGroup } from '../roles/inherited-roles.ts'
import { toInheritedRoles } from '../roles/role-schemas.ts'
import type { Services } from '../services.ts'
import { changeGroup } from './change-group.ts'
import { createGroup } from './create-group.ts'
import { deleteGroup } from './delete-group.ts'
import { editableOf } from './group.ts'
import { listLosses } from './group-losses.ts'
import {
  ChangeGroupBody,
  CreateGroupBody,
  GroupBody,
  GroupDetailBody,
  GroupId,
  GroupLossBody,
  ListGroupsQuery,
  toGroupBody,
  toNeighbourBody,
} from './group-schemas.ts'
import { getGroup, listGroups, listNeighbours } from './group-store.ts'

const NAME_LENGTH = 100
const OneGroup = Type.Object({ id: GroupId })
const isText = (value: unknown): value is string => typeof value === 'string'
const tags = ['Groups']

/** `/api/v1/groups`: sets of accounts with roles. Who and which groups are in them is in membership-routes. */
export function registerGroupRoutes(app: Router, services: Services): void {
  const { database } = services

  app.get(
    '/api/v1/groups',
    {
      schema: {
        operationId: 'listGroups',
        tags,
        summary: 'List groups',
        querystring: ListGroupsQuery,
        response: { 200: listOf(GroupBody) },
      },
    },
    async (req) => {
      const { q, within = 'any', cursor, limit = 50 } = req.query
      const after = decodeCursor(cursor, isText)
      const { items, next } = await listGroups(database.read, { q, isTop: within === 'none', limit, after })
      return { items: items.map(toGroupBody), nextCursor: next === undefined ? null : encodeCursor(next) }
    },
  )

  app.post(
    '/api/v1/groups',
    {
      config: { problems: ['group_name_taken'] },
      schema: {
        operationId: 'createGroup',
        tags,
        summary: 'Create a group',
        body: CreateGroupBody,
        response: { 201: GroupBody },
      },
    },
    async (req, reply) => {
      const { name, description = '' } = req.body
      const group = await createGroup(services, contextOf(req, services), {
        name: parseName('name', name, NAME_LENGTH),
        description,
      })
      return reply.code(201).header('location', `/api/v1/groups/${group.id}`).send(toGroupBody(group))
    },
  )

  app.get(
    '/api/v1/groups/:id',
    {
      config: { problems: ['group_not_found'] },
      schema: {
        operationId: 'getGroup',
        tags,
        summary: 'Read a group and its neighbours',
        params: OneGroup,
        response: { 200: GroupDetailBody },
      },
    },
    async (req, reply) => {
      const { id } = req.params
      const group = await getGroup(database.read, id)
      reply.header('etag', etagOf(editableOf(group)))
      const { below, above } = await listNeighbours(database.read, id)
      const inherited = await inheritedByGroup(database.read, id)
      return {
        ...toGroupBody(group),
        groups: below.map(toNeighbourBody),
        memberOf: above.map(toNeighbourBody),
        effectiveRoles: [...new Set([...group.roles, ...inherited.map(({ role }) => role)])].sort(),
        inheritedRoles: toInheritedRoles(inherited),
      }
    },
  )

  app.patch(
    '/api/v1/groups/:id',
    {
      config: { problems: ['group_not_found', 'group_name_taken', 'edited_meanwhile'] },
      schema: {
        operationId: 'changeGroup',
        tags,
        summary: 'Rename or describe a group',
        headers: IfMatch,
        params: OneGroup,
        body: ChangeGroupBody,
        response: { 200: GroupBody },
      },
    },
    async (req, reply) => {
      const { name, ...rest } = req.body
      const change = name === undefined ? rest : { ...rest, name: parseName('name', name, NAME_LENGTH) }
      const ifMatch = req.headers['if-match']
      const group = await changeGroup(services, contextOf(req, services), req.params.id, change, ifMatch)
      reply.header('etag', etagOf(editableOf(group)))
      return toGroupBody(group)
    },
  )

  app.delete(
    '/api/v1/groups/:id',
    {
      config: { problems: ['group_not_found', 'last_administrator', 'grant_exceeds_token'] },
      schema: {
        operationId: 'deleteGroup',
        tags,
        summary: 'Delete a group',
        description: 'Its people lose what they had by it, from the moment this is answered.',
        params: OneGroup,
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      await deleteGroup(services, contextOf(req, services), asAuthenticated(req), req.params.id)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/api/v1/groups/:id/losses',
    {
      config: { problems: ['group_not_found'] },
      schema: {
        operationId: 'listGroupLosses',
        tags,
        summary: 'Who would lose which roles if the group were deleted',
        description:
          'Only what nothing else gives them. A page looks at `limit` accounts, and has those of them that lose something: it may be shorter, even empty, before the last.',
        params: OneGroup,
        querystring: closed(page),
        response: { 200: listOf(GroupLossBody) },
      },
    },
    async (req) => {
      const { cursor, limit = 50 } = req.query
      const { id } = await getGroup(database.read, req.params.id)
      const { items, next } = await listLosses(database.read, id, { limit, after: decodeCursor(cursor, isText) })
      return {
        items: items.map(({ roles, ...account }) => ({ ...account, roles: [...roles] })),
        nextCursor: next === undefined ? null : encodeCursor(next),
      }
    },
  )
}
