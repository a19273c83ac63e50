import { type Static, type TObject, Type } from 'typebox'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import type { ProblemCode } from '../core/problem-catalogue.ts'
import { asAuthenticated } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { AccountId, closed, listOf, NoContent, page } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { joinGroup, leaveGroup } from './change-membership.ts'
import { nestGroup, unnestGroup } from './change-nesting.ts'
import { GroupAccountBody, GroupId } from './group-schemas.ts'
import { getGroup, listGroupAccounts } from './group-store.ts'

const OneMembership = Type.Object({ id: GroupId, accountId: AccountId })
const OneNesting = Type.Object({ id: GroupId, groupId: GroupId })
const isText = (value: unknown): value is string => typeof value === 'string'
const tags = ['Groups']

/** `/api/v1/groups/:id/members` and `…/groups`: which accounts and which groups are in a group. */
export function registerMembershipRoutes(app: Router, services: Services): void {
  const { database } = services

  app.get(
    '/api/v1/groups/:id/members',
    {
      config: { problems: ['group_not_found'] },
      schema: {
        operationId: 'listGroupMembers',
        tags,
        summary: 'List the accounts in a group',
        params: Type.Object({ id: GroupId }),
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

  change('PUT', '/api/v1/groups/:id/members/:accountId', {
    operationId: 'joinGroup',
    summary: 'Put an account into a group',
    params: OneMembership,
    problems: ['group_not_found', 'account_not_found', 'grant_exceeds_token'],
    run: (context, actor, { id, accountId }) => joinGroup(services, context, actor, { groupId: id, accountId }),
  })

  change('DELETE', '/api/v1/groups/:id/members/:accountId', {
    operationId: 'leaveGroup',
    summary: 'Take an account out of a group',
    params: OneMembership,
    problems: ['group_not_found', 'last_administrator', 'grant_exceeds_token'],
    run: (context, actor, { id, accountId }) => leaveGroup(services, context, actor, { groupId: id, accountId }),
  })

  change('PUT', '/api/v1/groups/:id/groups/:groupId', {
    operationId: 'nestGroup',
    summary: 'Make the group `groupId` a member of the group `id`',
    description: 'The people of `groupId` then have the roles of both; not the reverse.',
    params: OneNesting,
    problems: ['group_not_found', 'group_cycle', 'grant_exceeds_token'],
    run: (context, actor, { id, groupId }) =>
      nestGroup(services, context, actor, { groupId: id, memberGroupId: groupId }),
  })

  change('DELETE', '/api/v1/groups/:id/groups/:groupId', {
    operationId: 'unnestGroup',
    summary: 'End that `groupId` is a member of `id`',
    params: OneNesting,
    problems: ['group_not_found', 'last_administrator', 'grant_exceeds_token'],
    run: (context, actor, { id, groupId }) =>
      unnestGroup(services, context, actor, { groupId: id, memberGroupId: groupId }),
  })

  /** Putting in and taking out look alike: no body either way, and twice is once. */
  function change<P extends TObject>(method: 'PUT' | 'DELETE', url: string, { problems, run, ...schema }: Change<P>) {
    app.route({
      method,
      url,
      config: { problems },
      schema: { tags, response: { 204: NoContent }, ...schema },
      handler: async (req, reply) => {
        await run(contextOf(req, services), asAuthenticated(req), req.params as Static<P>)
        return reply.code(204).send(null)
      },
    })
  }
}

interface Change<P extends TObject> {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly params: P
  readonly problems: readonly ProblemCode[]
  run(context: AuthorizedContext, actor: AuthenticatedActor, params: Static<P>): Promise<void>
}
