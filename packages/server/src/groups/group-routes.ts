import { Type } from 'typebox'
import { etagOf } from '../core/etag.ts'
import { parseName } from '../core/text.ts'
import { asAuthenticated } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { AccountId, closed, IfMatch, listOf, NoContent, page } from '../http/schemas.ts'
import { rolesByGroup } from '../roles/role-grant-store.ts'
import type { Services } from '../services.ts'
import { changeGroup } from './change-group.ts'
import { joinGroup, leaveGroup } from './change-membership.ts'
import { nestGroup, unnestGroup } from './change-nesting.ts'
import { createGroup } from './create-group.ts'
import { deleteGroup } from './delete-group.ts'
import { editableOf } from './group.ts'
import {
  ChangeGroupBody,
  CreateGroupBody,
  GroupAccountBody,
  GroupBody,
  GroupDetailBody,
  GroupId,
  ListGroupsQuery,
  toGroupBody,
} from './group-schemas.ts'
import { getGroup, listGroupAccounts, listGroups, listNeighbours } from './group-store.ts'

const NAME_LENGTH = 100
const OneGroup = Type.Object({ id: GroupId })
const OneMembership = Type.Object({ id: GroupId, accountId: AccountId })
const OneNesting = Type.Object({ id: GroupId, groupId: GroupId })
const isText = (value: unknown): value is string => typeof value === 'string'
const tags = ['Groups']

/** `/api/v1/groups`: sets of accounts, the groups within them, and so who inherits which roles. */
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
      const { q, cursor, limit = 50 } = req.query
      const { items, next } = await listGroups(database.read, { q, limit, after: decodeCursor(cursor, isText) })
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
      return {
        ...toGroupBody(group),
        groups: below,
        memberOf: above,
        effectiveRoles: await rolesByGroup(database.read, id),
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
    '/api/v1/groups/:id/members',
    {
      config: { problems: ['group_not_found'] },
      schema: {
        operationId: 'listGroupMembers',
        tags,
        summary: 'List the accounts in a group',
        params: OneGroup,
        querystring: closed(page),
        response: { 200: listOf(GroupAccountBody) },
      },
    },
    async (req) => {
      const { cursor, limit = 50 } = req.query
      const { id } = await getGroup(database.read, req.params.id)
      const { items, next } = await listGroupAccounts(database.read, id, { limit, after: decodeCursor(cursor, isText) })
      return { items, nextCursor: next === undefined ? null : encodeCursor(next) }
    },
  )

  app.put(
    '/api/v1/groups/:id/members/:accountId',
    {
      config: { problems: ['group_not_found', 'account_not_found', 'grant_exceeds_token'] },
      schema: {
        operationId: 'joinGroup',
        tags,
        summary: 'Put an account into a group',
        params: OneMembership,
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      const { id, accountId } = req.params
      await joinGroup(services, contextOf(req, services), asAuthenticated(req), { groupId: id, accountId })
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/api/v1/groups/:id/members/:accountId',
    {
      config: { problems: ['group_not_found', 'last_administrator', 'grant_exceeds_token'] },
      schema: {
        operationId: 'leaveGroup',
        tags,
        summary: 'Take an account out of a group',
        params: OneMembership,
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      const { id, accountId } = req.params
      await leaveGroup(services, contextOf(req, services), asAuthenticated(req), { groupId: id, accountId })
      return reply.code(204).send(null)
    },
  )

  app.put(
    '/api/v1/groups/:id/groups/:groupId',
    {
      config: { problems: ['group_not_found', 'group_cycle', 'grant_exceeds_token'] },
      schema: {
        operationId: 'nestGroup',
        tags,
        summary: 'Make the group `groupId` a member of the group `id`',
        description: 'The people of `groupId` then have the roles of both; not the reverse.',
        params: OneNesting,
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      const { id, groupId } = req.params
      await nestGroup(services, contextOf(req, services), asAuthenticated(req), { groupId: id, memberGroupId: groupId })
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/api/v1/groups/:id/groups/:groupId',
    {
      config: { problems: ['group_not_found', 'last_administrator', 'grant_exceeds_token'] },
      schema: {
        operationId: 'unnestGroup',
        tags,
        summary: 'End that `groupId` is a member of `id`',
        params: OneNesting,
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      const { id, groupId } = req.params
      await unnestGroup(services, contextOf(req, services), asAuthenticated(req), {
        groupId: id,
        memberGroupId: groupId,
      })
      return reply.code(204).send(null)
    },
  )
}
