import { Type } from 'typebox'
import type { Router } from '../http/routes.ts'
import { originOf } from '../http/same-site.ts'
import { authorizationServerMetadata, protectedResourceMetadata } from './metadata.ts'

const Metadata = (title: string) => Type.Record(Type.String(), Type.Unknown(), { description: title })

/** `/.well-known/…`: where a client that knows nothing but the address finds everything else. */
export function registerMetadataRoutes(app: Router, publicUrl: string | null): void {
  app.get(
    '/.well-known/oauth-authorization-server',
    {
      schema: {
        operationId: 'getAuthorizationServerMetadata',
        tags: ['OAuth'],
        summary: 'What this authorization server has (RFC 8414)',
        response: { 200: Metadata('The metadata of RFC 8414 §2.') },
      },
    },
    (req) => authorizationServerMetadata(originOf(req, publicUrl)),
  )

  app.get(
    '/.well-known/oauth-protected-resource',
    {
      schema: {
        operationId: 'getProtectedResourceMetadata',
        tags: ['OAuth'],
        summary: 'Whose tokens the API of this server takes, and how (RFC 9728)',
        response: { 200: Metadata('The metadata of RFC 9728 §2.') },
      },
    },
    (req) => protectedResourceMetadata(originOf(req, publicUrl)),
  )
}
