import { Type } from 'typebox'
import { Secret } from '../core/secret.ts'
import { asToken } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import { FORM } from '../http/form-body.ts'
import { insufficient } from '../http/refusals.ts'
import type { Router } from '../http/routes.ts'
import { NoContent } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { revokePresentedToken } from './revoke-presented-token.ts'

/** Parameters that nobody knows are ignored (RFC 6749 §3.2), and so is `token_type_hint`: the text says what it is. */
const Form = Type.Object({
  token: Type.String({ description: 'The whole text of the token.' }),
  token_type_hint: Type.Optional(Type.String({ description: 'Not needed, and not looked at.' })),
})

/** `POST /oauth2/revoke` (RFC 7009). In a scope that reads forms. */
export function registerRevocationRoutes(app: Router, services: Services): void {
  app.post(
    '/oauth2/revoke',
    {
      config: { speaks: 'oauth', problems: ['invalid_request', 'insufficient_permissions'] },
      schema: {
        operationId: 'revokePresentedToken',
        tags: ['OAuth'],
        summary: 'Revoke a token by its text (RFC 7009)',
        description:
          'A token revokes itself; with `own-tokens:write` the others of its account, with `inventory:revoke` any. 200 also for what is no token or is revoked already. Counts from the moment this is answered.',
        consumes: [FORM],
        body: Form,
        response: { 200: NoContent },
      },
    },
    async (req, reply) => {
      const actor = asToken(req)
      const outcome = await revokePresentedToken(services, contextOf(req, services), actor, new Secret(req.body.token))
      if (outcome === 'not_allowed') throw insufficient('inventory:revoke', actor)
      return reply.code(200).send(null)
    },
  )
}
