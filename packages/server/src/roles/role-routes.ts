import { Type } from 'typebox'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { listOf } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { countGrants, type HoldingPosition, listHolders } from './role-holders.ts'
import { GivenRoleBody, HolderBody, ListHoldersQuery, RoleBody, RoleName, toHolderBody } from './role-schemas.ts'

const tags = ['Roles']

/** `/api/v1/roles`: the catalogue, and who has what of it. */
export function registerRoleRoutes(app: Router, { catalogue, database }: Services): void {
  const items = catalogue.roles.map((role) => ({ ...role, permissions: [...role.permissions] }))
  app.get(
    '/api/v1/roles',
    {
      schema: {
        operationId: 'listRoles',
        tags,
        summary: 'The catalogue of roles',
        response: { 200: listOf(RoleBody) },
      },
    },
    async () => ({ items, nextCursor: null }),
  )

  app.get(
    '/api/v1/role-grants',
    {
      schema: {
        operationId: 'countRoleGrants',
        tags,
        summary: 'How often each role is given',
        description: 'With those that were given once and that the catalogue no longer has.',
        response: { 200: listOf(GivenRoleBody) },
      },
    },
    async () => {
      const given = await countGrants(database.read)
      return {
        items: given.map((each) => ({ ...each, inCatalogue: catalogue.find(each.role) !== undefined })),
        nextCursor: null,
      }
    },
  )

  app.get(
    '/api/v1/roles/:role/holders',
    {
      schema: {
        operationId: 'listRoleHolders',
        tags,
        summary: 'Who has a role, directly or through which group',
        description: 'Groups first, then accounts. A role that nobody has, or that there is not, has no holders.',
        params: Type.Object({ role: RoleName }),
        querystring: ListHoldersQuery,
        response: { 200: listOf(HolderBody) },
      },
    },
    async (req) => {
      const { cursor, limit = 50 } = req.query
      const after = decodeCursor(cursor, isPosition)
      const { items, next } = await listHolders(database.read, req.params.role, { after, limit })
      return { items: items.map(toHolderBody), nextCursor: next ? encodeCursor(next) : null }
    },
  )
}

function isPosition(value: unknown): value is HoldingPosition {
  const { of, after } = (value ?? {}) as Partial<HoldingPosition>
  return (of === 'group' || of === 'account') && typeof after === 'string'
}
