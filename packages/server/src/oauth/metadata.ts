import { DEVICE_GRANT } from './device-authorization.ts'

/** What a feature has to say of itself in the metadata; `origin` is this server's, without a slash at its end. */
type MetadataPart = (origin: string) => Readonly<Record<string, unknown>>

const introspection: MetadataPart = (origin) => ({
  introspection_endpoint: `${origin}/oauth2/introspect`,
  introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'Bearer'],
})

const revocation: MetadataPart = (origin) => ({
  revocation_endpoint: `${origin}/oauth2/revoke`,
  revocation_endpoint_auth_methods_supported: ['client_secret_basic'],
})

const grants: MetadataPart = (origin) => ({
  token_endpoint: `${origin}/oauth2/token`,
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  grant_types_supported: ['client_credentials', DEVICE_GRANT],
  device_authorization_endpoint: `${origin}/oauth2/device_authorization`,
})

/** Every feature that OAuth knows; a further one adds its part here. */
const FEATURES: readonly MetadataPart[] = [grants, introspection, revocation]

/** Of the authorization server (RFC 8414 §2). Nothing that is not there is named. */
export function authorizationServerMetadata(origin: string) {
  return {
    issuer: origin,
    service_documentation: `${origin}/docs`,
    response_types_supported: [],
    ...Object.assign({}, ...FEATURES.map((part) => part(origin))),
  }
}

/** Of this server's own API as something that tokens are for (RFC 9728 §2). */
export function protectedResourceMetadata(origin: string) {
  return {
    resource: origin,
    resource_name: 'RAMP',
    resource_documentation: `${origin}/docs`,
    authorization_servers: [origin],
    bearer_methods_supported: ['header'],
  }
}
