import { Type } from 'typebox'
import { asAuthenticated } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import type { Router } from '../http/routes.ts'
import { NoContent } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { grantRole } from './grant-role.ts'
import type { RoleHolder } from './require-holder.ts'
import { RoleName } from './role-schemas.ts'
import { takeRole } from './take-role.ts'

const OneGrant = Type.Object({ id: Type.String({ format: 'uuid' }), role: RoleName })

const HOLDERS = [
  { type: 'member', path: '/api/v1/members', tag: 'Members', name: 'Member', phrase: 'a member' },
  {
    type: 'service_account',
    path: '/api/v1/service-accounts',
    tag: 'Service accounts',
    name: 'ServiceAccount',
    phrase: 'a service account',
  },
  { type: 'group', path: '/api/v1/groups', tag: 'Groups', name: 'Group', phrase: 'a group' },
] as const satisfies readonly { type: RoleHolder['type']; path: string; tag: string; name: string; phrase: string }[]

/** `…/:id/roles/:role` of members, service accounts and groups: the same everywhere. */
export function registerGrantRoutes(app: Router, services: Services): void {
  for (const { type, path, tag, name, phrase } of HOLDERS) {
    app.put(
      `${path}/:id/roles/:role`,
      {
        config: { problems: [`${type}_not_found`, 'role_not_found', 'grant_exceeds_token'] },
        schema: {
          operationId: `grant${name}Role`,
          tags: [tag],
          summary: `Give ${phrase} a role`,
          params: OneGrant,
          response: { 204: NoContent },
        },
      },
      async (req, reply) => {
        const { id, role } = req.params
        await grantRole(services, contextOf(req, services), asAuthenticated(req), {
          holder: { type, id },
          roleName: role,
        })
        return reply.code(204).send(null)
      },
    )

    app.delete(
      `${path}/:id/roles/:role`,
      {
        config: { problems: [`${type}_not_found`, 'role_not_found', 'last_administrator'] },
        schema: {
          operationId: `take${name}Role`,
          tags: [tag],
          summary: `Take a role from ${phrase}`,
          description: 'Counts from the moment this is answered, for every token of everybody concerned.',
          params: OneGrant,
          response: { 204: NoContent },
        },
      },
      async (req, reply) => {
        const { id, role } = req.params
        await takeRole(services, contextOf(req, services), { holder: { type, id }, roleName: role })
        return reply.code(204).send(null)
      },
    )
  }
}
