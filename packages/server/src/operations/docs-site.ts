import { hash } from 'node:crypto'
import swagger, { type StaticDocumentSpec } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type LightMyRequestResponse,
} from 'fastify'
import { Problem } from '../core/problem.ts'

/** Every address of the site. No other spelling of them is looked up, so what is kept cannot grow. */
const PAGE = /^\/(openapi\.json|docs(\/|\/json|\/yaml|\/static\/[\w.-]+)?)$/

interface Site {
  ask(path: string): Promise<LightMyRequestResponse>
}

/** An answer that is made once. */
interface Kept {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/**
 * `/openapi.json`, and at `/docs` the reference page that shows it. Each answer is made at its first request and kept:
 * to write the document takes milliseconds, and anybody may ask for it. `api` is the instance whose routes it describes.
 */
export function registerDocs(app: FastifyInstance, api: FastifyInstance): void {
  let site: Promise<Site> | undefined
  const pages = new Map<string, Promise<Kept>>()

  async function make(path: string): Promise<Kept> {
    site ??= buildSite(api)
    const { statusCode, headers, rawPayload } = await (await site).ask(path)
    const named = ['content-type', 'content-security-policy', 'location'] as const
    const own = Object.fromEntries(named.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])))
    const etag = `"${hash('sha256', rawPayload, 'base64url').slice(0, 22)}"`
    return { status: statusCode, headers: { ...own, etag, 'cache-control': 'no-cache' }, body: rawPayload }
  }

  async function pageAt(path: string): Promise<Kept> {
    if (!PAGE.test(path)) throw new Problem('not_found')
    const known = pages.get(path)
    if (known !== undefined) return known
    const made = make(path)
    pages.set(path, made)
    const page = await made.catch(() => undefined)
    if (page !== undefined && page.status < 400) return page
    pages.delete(path)
    if (page === undefined) return made
    throw new Problem('not_found')
  }

  const show = async (req: FastifyRequest, reply: FastifyReply) => {
    const { status, headers, body } = await pageAt(req.url.split('?', 1)[0] ?? '')
    reply.headers(headers)
    if (req.headers['if-none-match'] === headers['etag']) return reply.code(304).send()
    return reply.code(status).send(body)
  }
  for (const url of ['/openapi.json', '/docs', '/docs/*']) app.get(url, { schema: { hide: true } }, show)
}

/** A server of its own that nobody can connect to: it is asked for each page once. */
async function buildSite(api: FastifyInstance): Promise<Site> {
  const site = Fastify()
  // Its types know OpenAPI 3.1 only where the document is generated.
  const document = api.swagger() as StaticDocumentSpec['document']
  await site.register(swagger, { mode: 'static', specification: { document } })
  await site.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { deepLinking: true, docExpansion: 'list' },
    theme: { title: 'RAMP API' },
  })
  site.get('/openapi.json', () => document)
  await site.ready()
  return { ask: (path) => site.inject(path) }
}
