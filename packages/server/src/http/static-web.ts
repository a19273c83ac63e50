import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import helmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** The pages, as `npm run build` leaves them. */
const PAGES = fileURLToPath(new URL('../../../web/dist/', import.meta.url))

const ASSETS = `${PAGES}assets/`

const PAGE_ADDRESSES = ['/login', '/_settings/*', '/_admin/*']

/**
 * Serves the pages: one document for all of their addresses, its assets under content-hashed names, and a policy that
 * runs no script but ours. Without a build there are no pages, and the API works as well.
 */
export async function registerPages(app: FastifyInstance): Promise<void> {
  if (!existsSync(`${PAGES}index.html`)) {
    app.log.warn('The pages are not built; run "npm run build".')
    return
  }
  await app.register(async (pages) => {
    await pages.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          // Mantine sizes and colours its parts with style attributes and one style element.
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", 'data:'],
          fontSrc: ["'self'"],
          connectSrc: ["'self'"],
          formAction: ["'self'"],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
      referrerPolicy: { policy: 'no-referrer' },
      // Only the proxy in front knows whether there is https.
      strictTransportSecurity: false,
    })
    await pages.register(fastifyStatic, {
      root: PAGES,
      serve: false,
      cacheControl: false,
      // Assets have their content's hash in their names; the document that names them is asked for anew.
      setHeaders(reply, path) {
        reply.header('cache-control', path.startsWith(ASSETS) ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })

    pages.get('/', { schema: { hide: true } }, (_req, reply) => reply.redirect('/_settings/tokens'))
    for (const address of PAGE_ADDRESSES) {
      pages.get(address, { schema: { hide: true } }, (_req, reply) => reply.sendFile('index.html'))
    }
    pages.get('/favicon.svg', { schema: { hide: true } }, (_req, reply) => reply.sendFile('favicon.svg'))
    pages.get<{ Params: { '*': string } }>('/assets/*', { schema: { hide: true } }, (req, reply) =>
      reply.sendFile(`assets/${req.params['*']}`),
    )
  })
}
