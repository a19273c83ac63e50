import { type Static, Type } from 'typebox'
import { toInstant } from '../core/clock.ts'
import { Secret } from '../core/secret.ts'
import { asAuthenticated } from '../http/actors.ts'
import type { Router } from '../http/routes.ts'
import { Address, closed, Instant, Nullable, PlainText } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { requireToken } from '../tokens/require-token.ts'
import { TokenId } from '../tokens/token-schemas.ts'
import { type Explanation, explainToken } from './explain-token.ts'
import { InventoryToken, toInventoryToken } from './inventory-schemas.ts'

const Question = {
  permission: Type.Optional(PlainText({ maxLength: 100, description: 'A permission that the call needs.' })),
  address: Type.Optional(Address('From where the call comes.')),
}

const ExplanationBody = Type.Object({
  token: Nullable(InventoryToken),
  accepted: Type.Boolean({ description: 'Whether no rule refuses it.' }),
  rules: Type.Array(
    Type.Object({
      rule: Type.String({ examples: ['not_revoked'] }),
      passed: Nullable(Type.Boolean({ description: 'Null: not asked, for want of something to compare.' })),
      detail: Type.String(),
      since: Type.Optional(Instant('Since when it fails.')),
      by: Type.Optional(Type.String({ description: 'Who caused it.' })),
    }),
    { description: 'Every rule of verification, in its order.' },
  ),
})

/** Why a token is or would be refused: for administrators any token, for owners their own. */
export function registerExplainRoutes(app: Router, services: Services): void {
  const { database, usage, clock } = services
  const show = async ({ token, isAccepted, findings }: Explanation): Promise<Static<typeof ExplanationBody>> => ({
    token: token === undefined ? null : toInventoryToken(token, (await usage.latest([token.id]))(token.id), clock()),
    accepted: isAccepted,
    rules: findings.map(({ since, ...finding }) => ({
      ...finding,
      ...(since !== undefined && { since: toInstant(since) }),
    })),
  })

  app.post(
    '/api/v1/admin/tokens/explain',
    {
      schema: {
        operationId: 'explainToken',
        tags: ['Inventory'],
        summary: 'Why a token is or would be refused',
        description: 'Give the whole token or only its id. Nothing of what is pasted is kept or logged.',
        body: closed({ token: Type.String({ minLength: 1, maxLength: 200 }), ...Question }),
        response: { 200: ExplanationBody },
      },
    },
    async (req) => {
      const { token, permission, address } = req.body
      return show(await explainToken(services, { presented: new Secret(token), permission, address }, clock()))
    },
  )

  app.post(
    '/api/v1/tokens/:id/explain',
    {
      config: { problems: ['token_not_found'] },
      schema: {
        operationId: 'explainOwnToken',
        tags: ['Tokens'],
        summary: 'Why one of the own tokens is or would be refused',
        params: Type.Object({ id: TokenId }),
        body: closed(Question),
        response: { 200: ExplanationBody },
      },
    },
    async (req) => {
      const { permission, address } = req.body
      const { account } = asAuthenticated(req)
      const { id } = await requireToken(database.read, account.id, req.params.id)
      return show(
        await explainToken(services, { presented: new Secret(id), permission, address, ownerId: account.id }, clock()),
      )
    },
  )
}
