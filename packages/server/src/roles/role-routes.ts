import { Type } from 'typebox'
import type { Router } from '../http/routes.ts'
import { listOf } from '../http/schemas.ts'
import type { Services } from '../services.ts'

const RoleBody = Type.Object({
  name: Type.String(),
  value: Type.Optional(Type.Integer({ description: 'The number by which the neighbouring product knows the role.' })),
  description: Type.String(),
  permissions: Type.Array(Type.String()),
})

/** `/api/v1/roles`: the catalogue. */
export function registerRoleRoutes(app: Router, { catalogue }: Services): void {
  const items = catalogue.roles.map((role) => ({ ...role, permissions: [...role.permissions] }))
  app.get(
    '/api/v1/roles',
    {
      schema: {
        operationId: 'listRoles',
        tags: ['Roles'],
        summary: 'The catalogue of roles',
        response: { 200: listOf(RoleBody) },
      },
    },
    async () => ({ items, nextCursor: null }),
  )
}
