import { type TSchema, Type } from 'typebox'
import { PlainText } from '../http/schemas.ts'
import { DEVICE_GRANT } from './device-authorization.ts'

/** What OAuth's addresses take and give: its own names, in its own spelling. Unknown parameters are passed over (RFC 6749 §3.1). */

/** Of a form: only text, and parameters that nobody knows do no harm. */
const form = <P extends Record<string, TSchema>>(properties: P) => Type.Object(properties)

const ClientId = Type.String({
  maxLength: 200,
  description: '`ramp-cli` for the device grant, otherwise the id of a service account.',
})
const Scope = Type.String({
  maxLength: 4000,
  description: 'Permissions, separated by spaces: the token is narrowed to these. Absent: everything.',
})

export const DeviceAuthorizationForm = form({
  client_id: ClientId,
  scope: Type.Optional(Scope),
  device_name: Type.Optional(
    PlainText({
      maxLength: 200,
      description: 'What the machine is called: the token is named after it. At most 60 characters.',
    }),
  ),
})

export const DeviceAuthorizationAnswer = Type.Object({
  device_code: Type.String({ description: 'For the program, to poll with. It is in this answer only.' }),
  user_code: Type.String({ description: 'For the person, to type.', examples: ['WDJB-MJHT'] }),
  verification_uri: Type.String({ description: 'Where to type it.' }),
  verification_uri_complete: Type.String({ description: 'The same with the code filled in.' }),
  expires_in: Type.Integer({ description: 'Seconds.' }),
  interval: Type.Integer({ description: 'Seconds between two polls.' }),
})

export const TokenForm = form({
  grant_type: Type.String({ maxLength: 200, examples: ['client_credentials', DEVICE_GRANT] }),
  client_id: Type.Optional(ClientId),
  client_secret: Type.Optional(Type.String({ maxLength: 200, description: 'A token of the service account.' })),
  scope: Type.Optional(Scope),
  device_code: Type.Optional(Type.String({ maxLength: 200, description: 'With the device grant.' })),
})

export const TokenAnswer = Type.Object({
  access_token: Type.String({ description: 'The token itself. It is in this answer only.' }),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Optional(Type.Integer({ description: 'Seconds; absent: valid until revoked.' })),
  scope: Type.String({ description: 'What it may do now: permissions, separated by spaces.' }),
})
