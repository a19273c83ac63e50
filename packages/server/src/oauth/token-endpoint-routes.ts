import type { FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import { Problem } from '../core/problem.ts'
import { Secret } from '../core/secret.ts'
import { parseName } from '../core/text.ts'
import { authenticateClient, contextOf, visitorContextOf } from '../http/authenticate.ts'
import { basicCredentials, type ClientCredentials, invalidClient } from '../http/client-credentials.ts'
import { FORM } from '../http/form-body.ts'
import type { Router } from '../http/routes.ts'
import { originOf } from '../http/same-site.ts'
import type { Services } from '../services.ts'
import { CLI_CLIENT_ID, DEVICE_CODE_LIFETIME_MS, DEVICE_GRANT, POLL_INTERVAL_MS } from './device-authorization.ts'
import { issueAccessToken } from './issue-access-token.ts'
import { DeviceAuthorizationAnswer, DeviceAuthorizationForm, TokenAnswer, TokenForm } from './oauth-schemas.ts'
import { redeemDeviceCode } from './redeem-device-code.ts'
import { requestDeviceAuthorization } from './request-device-authorization.ts'
import { readScope } from './scope.ts'

const DEVICE_NAME_LENGTH = 60
const NAMELESS_DEVICE = 'ramp command line'

/** `/oauth2/token` and `/oauth2/device_authorization`: how programs get tokens. In a scope that takes forms and speaks OAuth. */
export function registerTokenEndpoint(app: Router, services: Services, publicUrl: string | null): void {
  const { clock } = services

  app.post(
    '/oauth2/device_authorization',
    {
      config: {
        speaks: 'oauth',
        problems: ['invalid_request', 'invalid_client', 'invalid_scope', 'too_many_codes'],
      },
      schema: {
        operationId: 'requestDeviceAuthorization',
        tags: ['OAuth'],
        summary: 'Begin a device authorization',
        description:
          'RFC 8628: a program shows the code and the address, and polls `/oauth2/token` until a person has decided.',
        consumes: [FORM],
        body: DeviceAuthorizationForm,
        response: { 200: DeviceAuthorizationAnswer },
      },
    },
    async (req) => {
      const { client_id, scope, device_name } = req.body
      assertCliClient(client_id)
      const { deviceCode, userCode } = await requestDeviceAuthorization(services, visitorContextOf(req, services), {
        deviceName: parseName('device_name', device_name ?? NAMELESS_DEVICE, DEVICE_NAME_LENGTH),
        permissions: readScope(scope),
      })
      const address = `${originOf(req, publicUrl)}/_settings/authorize`
      return {
        device_code: deviceCode.expose(),
        user_code: userCode.expose(),
        verification_uri: address,
        verification_uri_complete: `${address}?code=${userCode.expose()}`,
        expires_in: DEVICE_CODE_LIFETIME_MS / 1000,
        interval: POLL_INTERVAL_MS / 1000,
      }
    },
  )

  app.post(
    '/oauth2/token',
    {
      config: {
        speaks: 'oauth',
        problems: [
          'invalid_request',
          'invalid_client',
          'invalid_grant',
          'unsupported_grant_type',
          'authorization_pending',
          'slow_down',
          'access_denied',
          'expired_token',
          'invalid_scope',
          'address_not_allowed',
          'verification_unavailable',
          'too_many_access_tokens',
          'token_creation_not_allowed',
          'policy_violation',
          'token_limit_reached',
        ],
      },
      schema: {
        operationId: 'grantToken',
        tags: ['OAuth'],
        summary: 'Get a token by a grant',
        description: `With \`client_credentials\` a service account gets a token for a quarter of an hour (RFC 6749 §4.4); the client is the account's id with one of its tokens, by HTTP Basic or in the form. With \`${DEVICE_GRANT}\` a program gets a personal access token of whoever has approved (RFC 8628).`,
        consumes: [FORM],
        body: TokenForm,
        response: { 200: TokenAnswer },
      },
    },
    async (req, reply) => {
      // RFC 6749 §5.1; every answer here says `no-store` anyway.
      reply.header('pragma', 'no-cache')
      switch (req.body.grant_type) {
        case 'client_credentials':
          return issue(req, req.body)
        case DEVICE_GRANT:
          return redeem(req, req.body)
        default:
          throw new Problem('unsupported_grant_type')
      }
    },
  )

  async function issue(req: FastifyRequest, form: Static<typeof TokenForm>) {
    const client = await authenticateClient(services, req, clientOf(req, form))
    const context = contextOf(req, services, client)
    const { secret, expiresAt, permissions } = await issueAccessToken(services, context, client, readScope(form.scope))
    return toAnswer(secret, expiresAt, permissions)
  }

  async function redeem(req: FastifyRequest, { client_id, device_code }: Static<typeof TokenForm>) {
    assertCliClient(client_id)
    if (device_code === undefined) throw new Problem('invalid_request', { detail: 'The device_code is missing.' })
    const deviceCode = new Secret(device_code)
    const { token, secret, permissions } = await redeemDeviceCode(services, visitorContextOf(req, services), deviceCode)
    return toAnswer(secret, token.expiresAt, permissions)
  }

  /** The one place where the secret is exposed. */
  function toAnswer(secret: Secret, expiresAt: number | null, permissions: readonly string[]) {
    return {
      access_token: secret.expose(),
      token_type: 'Bearer' as const,
      ...(expiresAt !== null && { expires_in: Math.floor((expiresAt - clock()) / 1000) }),
      scope: permissions.join(' '),
    }
  }
}

/** By the header or in the form, not by both (RFC 6749 §2.3). Throws `invalid_request`, `invalid_client`. */
function clientOf({ raw }: FastifyRequest, { client_id, client_secret }: Static<typeof TokenForm>): ClientCredentials {
  const shown = basicCredentials(raw)
  if (shown === undefined) {
    if (client_id === undefined || client_secret === undefined) throw invalidClient()
    return { clientId: client_id, secret: new Secret(client_secret) }
  }
  if (client_secret !== undefined || (client_id !== undefined && client_id !== shown.clientId)) {
    throw new Problem('invalid_request', { detail: 'A client authenticates in one way, not in two.' })
  }
  return shown
}

/** Throws `invalid_client`. */
function assertCliClient(clientId: string | undefined): void {
  if (clientId !== CLI_CLIENT_ID) throw invalidClient(`The device grant is for the client ${CLI_CLIENT_ID}.`)
}
