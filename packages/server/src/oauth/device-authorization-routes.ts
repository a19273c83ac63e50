import { type Static, Type } from 'typebox'
import { toInstant, toInstantOrNull } from '../core/clock.ts'
import { asSession } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import type { Router } from '../http/routes.ts'
import { Instant, NoContent, Nullable, PlainText } from '../http/schemas.ts'
import { readPolicy } from '../policy/policy-store.ts'
import type { Services } from '../services.ts'
import { decideDeviceAuthorization } from './decide-device-authorization.ts'
import { deviceTokenEnd } from './device-authorization.ts'
import { findDeviceAuthorization } from './find-device-authorization.ts'

const ByUserCode = Type.Object({
  userCode: PlainText({
    minLength: 1,
    maxLength: 40,
    description: 'As it was typed: case and separators do not matter.',
  }),
})

const DeviceAuthorizationBody = Type.Object({
  deviceName: Type.String({
    description: 'What the program calls its machine. Unchecked: anybody can write anything.',
  }),
  permissions: Nullable(
    Type.Array(Type.String(), { description: 'What the token is narrowed to; null: all that you may do.' }),
  ),
  address: Type.String({ description: 'From where it was asked.' }),
  client: Nullable(Type.String({ description: 'By what: the user agent, cut and cleaned.' })),
  requestedAt: Instant('When it was asked.'),
  expiresAt: Instant('Until when it can be approved.'),
  tokenExpiresAt: Nullable(Instant('When the token would end; null: when it is revoked.')),
})

/** `/api/v1/device-authorizations`: what a person sees and decides of a program that asks for a token. */
export function registerDeviceAuthorizationRoutes(app: Router, services: Services): void {
  const { database, clock } = services

  app.get(
    '/api/v1/device-authorizations/:userCode',
    {
      config: { problems: ['device_authorization_not_found', 'too_many_codes'] },
      schema: {
        operationId: 'getDeviceAuthorization',
        tags: ['Tokens'],
        summary: 'What a program asks for under a code',
        params: ByUserCode,
        response: { 200: DeviceAuthorizationBody },
      },
    },
    async (req): Promise<Static<typeof DeviceAuthorizationBody>> => {
      const { userCode } = req.params
      const device = await findDeviceAuthorization(services, contextOf(req, services), asSession(req), userCode)
      return {
        deviceName: device.deviceName,
        permissions: device.permissions === null ? null : [...device.permissions],
        address: device.address,
        client: device.client,
        requestedAt: toInstant(device.createdAt),
        expiresAt: toInstant(device.expiresAt),
        tokenExpiresAt: toInstantOrNull(deviceTokenEnd(await readPolicy(database.read), clock())),
      }
    },
  )

  app.post(
    '/api/v1/device-authorizations/:userCode/approve',
    {
      config: {
        problems: [
          'device_authorization_not_found',
          'too_many_codes',
          'token_creation_not_allowed',
          'token_limit_reached',
        ],
      },
      schema: {
        operationId: 'approveDeviceAuthorization',
        tags: ['Tokens'],
        summary: 'Give the program a token',
        description: 'The token is one of your own, and is made when the program fetches it.',
        params: ByUserCode,
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      const { userCode } = req.params
      await decideDeviceAuthorization(services, contextOf(req, services), asSession(req), userCode, 'approve')
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/v1/device-authorizations/:userCode/deny',
    {
      config: { problems: ['device_authorization_not_found', 'too_many_codes'] },
      schema: {
        operationId: 'denyDeviceAuthorization',
        tags: ['Tokens'],
        summary: 'Give the program nothing',
        params: ByUserCode,
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      const { userCode } = req.params
      await decideDeviceAuthorization(services, contextOf(req, services), asSession(req), userCode, 'deny')
      return reply.code(204).send(null)
    },
  )
}
