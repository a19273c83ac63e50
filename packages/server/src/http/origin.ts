import type { FastifyRequest } from 'fastify'

/** The origin under which the caller knows this server: the configured one, or the one the request was sent to. */
export function originOf(req: FastifyRequest, publicUrl: string | null): string {
  return publicUrl ?? `${protocolOf(req)}://${req.host}`
}

/**
 * The one place that decides whether the caller uses https. Proxies in a row leave a list in `X-Forwarded-Proto`, in
 * whatever case and with spaces or quotes, and some send `Forwarded` (RFC 7239) alone. One of them that says https is
 * enough: a cookie that is `Secure` by mistake fails visibly, one that is not could leak. Fastify decides whether the
 * peer may say so (`RAMP_TRUST_PROXY`).
 */
function protocolOf(req: FastifyRequest): 'http' | 'https' {
  const { headers } = req
  const { 'x-forwarded-proto': named, forwarded } = headers
  if (named !== undefined || forwarded !== undefined) {
    const isHttps = [named ?? '', protocolsIn(forwarded)].some((text) =>
      /(?:^|[\s,"])https(?:$|[\s,"])/i.test(String(text)),
    )
    headers['x-forwarded-proto'] = isHttps ? 'https' : 'http'
  }
  return req.protocol === 'https' ? 'https' : 'http'
}

function protocolsIn(forwarded: string | undefined): string {
  const found = (forwarded ?? '').matchAll(/(?:^|[;,\s])proto\s*=\s*"?([a-z]+)/gi)
  return [...found].map(([, protocol]) => protocol).join(',')
}
