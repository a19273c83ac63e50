import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import swagger, { type StaticDocumentSpec } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify from 'fastify'

/** A page as it is answered. */
export interface Page {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

const STATIC = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui')), 'static')

/** Every page of the reference, by its path, for an OpenAPI document in JSON. Takes half a second. */
export async function makePages(documentText: string): Promise<ReadonlyMap<string, Page>> {
  // A server that nobody can connect to: it is asked for each page once.
  const site = Fastify()
  // Its types know OpenAPI 3.1 only where the document is generated.
  const document = JSON.parse(documentText) as StaticDocumentSpec['document']
  await site.register(swagger, { mode: 'static', specification: { document } })
  await site.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { deepLinking: true, docExpansion: 'list' },
    theme: { title: 'RAMP API' },
  })
  site.get('/openapi.json', () => document)
  const files = ['swagger-initializer.js', ...readdirSync(STATIC)].map((name) => `/docs/static/${name}`)
  const pages = new Map<string, Page>()
  for (const path of ['/openapi.json', '/docs', '/docs/', '/docs/json', '/docs/yaml', ...files]) {
    const { statusCode, headers, rawPayload } = await site.inject(path)
    const kept = ['content-type', 'content-security-policy', 'location'] as const
    const named = kept.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]]))
    if (statusCode < 400) pages.set(path, { status: statusCode, headers: Object.fromEntries(named), body: rawPayload })
  }
  await site.close()
  return pages
}
