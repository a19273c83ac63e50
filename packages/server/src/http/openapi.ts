import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { OAuthErrorBody } from './oauth-errors.ts'
import { PROBLEM_EXAMPLES, ProblemBody } from './schemas.ts'

/** The OpenAPI document, made from the routes' own schemas, and the reference page that shows it. */
export async function registerOpenApi(
  app: FastifyInstance,
  { version, publicUrl }: { version: string; publicUrl: string | null },
) {
  app.addSchema(ProblemBody)
  app.addSchema(OAuthErrorBody)
  await app.register(swagger, {
    refResolver: {
      buildLocalReference: (schema, _baseUri, _fragment, index) => String(schema['$id'] ?? `schema-${index}`),
    },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'RAMP',
        version,
        summary: 'Personal access tokens, service accounts, and a bearer check whose revocations count at once.',
        description:
          'Send `Authorization: Bearer <token>`; the call acts as the account that the token belongs to. Refusals are `application/problem+json` (RFC 9457) with a stable `code`; those of tokens carry the challenge of RFC 6750. Instants are RFC 3339 in UTC.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: publicUrl ?? '/' }],
      tags: [
        { name: 'Tokens', description: "One's own personal access tokens." },
        {
          name: 'OAuth',
          description: 'How programs get tokens, by the standards: forms in, and the errors of RFC 6749 out.',
        },
        { name: 'Session', description: 'Signing in with a browser, and who one is.' },
        { name: 'Members', description: 'People and their roles.' },
        { name: 'Groups', description: 'Sets of accounts, groups within them, and so who inherits which roles.' },
        { name: 'Service accounts', description: 'Identities of machines, with roles and tokens of their own.' },
        { name: 'Inventory', description: 'Every token of every account, and why one is refused.' },
        { name: 'Roles', description: 'The catalogue of roles.' },
        { name: 'Audit', description: 'Who did what.' },
        { name: 'Operations', description: 'Health and metrics.' },
      ],
      components: {
        examples: PROBLEM_EXAMPLES,
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'A personal access token or a service token (RFC 6750).',
          },
          client: {
            type: 'http',
            scheme: 'basic',
            description: 'The id of a service account and one of its tokens, each form-encoded (RFC 6749 §2.3.1).',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'ramp_session',
            description: 'The cookie of a browser session.',
          },
        },
      },
    },
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { deepLinking: true, docExpansion: 'list' },
    theme: { title: 'RAMP API' },
  })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
}
