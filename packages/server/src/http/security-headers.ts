import type { FastifyReply, FastifyRequest } from 'fastify'

/** What a browser may do with an answer, by what the answer is: none may load anything from another origin. */
const POLICIES = {
  /** JSON and text: a browser that shows them runs and loads nothing. */
  api: policy({ 'default-src': "'none'", 'base-uri': "'none'", 'form-action': "'none'", 'frame-ancestors': "'none'" }),
  pages: policy({
    'default-src': "'none'",
    'script-src': "'self'",
    // Mantine sizes and colours its parts with style attributes and one style element.
    'style-src': "'self' 'unsafe-inline'",
    'img-src': "'self' data:",
    'font-src': "'self'",
    'connect-src': "'self'",
    'form-action': "'self'",
    'base-uri': "'none'",
    'frame-ancestors': "'none'",
  }),
  reference: policy({
    'default-src': "'none'",
    'script-src': "'self'",
    // Swagger UI sets style attributes.
    'style-src': "'self' 'unsafe-inline'",
    'img-src': "'self' data:",
    'connect-src': "'self'",
    'form-action': "'none'",
    'base-uri': "'none'",
    'frame-ancestors': "'none'",
  }),
} as const

const COMMON = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

/** A year: a browser that has seen the server once never again asks it without encryption. */
const HTTPS_ONLY = { 'strict-transport-security': 'max-age=31536000' } as const

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a route whose answers a browser shows as pages; absent: they are JSON or text. */
    shows?: 'pages' | 'reference'
  }
}

/**
 * Adds the headers that protect whoever opens an answer in a browser, to every answer: pages, files, problems and 404.
 * An answer to a proxy (`/_auth/`) reaches no browser and has only the first.
 */
export function securityHeaders(publicUrl: string | null) {
  const https = publicUrl?.startsWith('https:') ? HTTPS_ONLY : {}
  const headersFor = (kind: keyof typeof POLICIES) => ({
    ...COMMON,
    ...https,
    'content-security-policy': POLICIES[kind],
  })
  const headers = { api: headersFor('api'), pages: headersFor('pages'), reference: headersFor('reference') }
  return (req: FastifyRequest, reply: FastifyReply): void => {
    const { url, config } = req.routeOptions
    if (url?.startsWith('/_auth/')) reply.header('x-content-type-options', 'nosniff')
    else reply.headers(headers[config?.shows ?? 'api'])
  }
}

function policy(directives: Readonly<Record<string, string>>): string {
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ')
}
