import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { KeptThread } from '../core/kept-thread.ts'
import { Problem } from '../core/problem.ts'
import type { Page } from './make-pages.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Writes the OpenAPI document, which takes a tenth of a second: before anybody can be kept waiting by it. */
    prepareReference(): void
  }
}

interface KeptPage extends Page {
  readonly etag: string
}

/**
 * `/openapi.json`, and at `/docs` the reference page that shows it. All pages are made once, by a thread at the first
 * request, and kept: anybody may ask for them. `api` is the instance whose routes they describe.
 */
export function registerReference(app: FastifyInstance, api: FastifyInstance): void {
  let text: string | undefined
  const documentText = () => {
    text ??= JSON.stringify(api.swagger())
    return text
  }
  let pages: Promise<ReadonlyMap<string, KeptPage>> | undefined

  function allPages(): Promise<ReadonlyMap<string, KeptPage>> {
    if (pages !== undefined) return pages
    const made = makeInThread(documentText())
    pages = made
    made.catch(() => {
      pages = undefined
    })
    return made
  }

  const show = async (req: FastifyRequest, reply: FastifyReply) => {
    const page = (await allPages()).get(req.url.split('?', 1)[0] ?? '')
    if (page === undefined) throw new Problem('not_found')
    reply.headers({ ...page.headers, etag: page.etag, 'cache-control': 'no-cache' })
    if (req.headers['if-none-match'] === page.etag) return reply.code(304).send()
    return reply.code(page.status).send(page.body)
  }
  for (const url of ['/openapi.json', '/docs', '/docs/*']) {
    app.get(url, { config: { shows: 'reference' }, schema: { hide: true } }, show)
  }
  api.decorate('prepareReference', () => void documentText())
}

async function makeInThread(documentText: string): Promise<ReadonlyMap<string, KeptPage>> {
  const thread = new KeptThread<string, ReadonlyMap<string, Page>>(new URL('./pages-thread.ts', import.meta.url))
  const pages = await thread.run(documentText)
  return new Map(
    [...pages].map(([path, page]) => {
      const etag = `"${hash('sha256', page.body, 'base64url').slice(0, 22)}"`
      return [path, { ...page, body: Buffer.from(page.body), etag }]
    }),
  )
}
