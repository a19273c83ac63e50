import type { FastifyRequest } from 'fastify'
import { Problem } from '../core/problem.ts'

/**
 * Refuses what another site makes a browser send (CSRF): browsers say where a request comes from in Sec-Fetch-Site,
 * older ones in Origin, and a page cannot forge either. What is no browser sends neither, and has no cookie to abuse.
 * Throws `cross_site_request`. `publicUrl` is the origin browsers see, null: the one the request was sent to.
 */
export function assertSameSite(req: FastifyRequest, publicUrl: string | null): void {
  if (req.method === 'GET' || req.method === 'HEAD') return
  const site = req.headers['sec-fetch-site']
  if (site !== undefined) {
    if (site !== 'same-origin' && site !== 'none') throw new Problem('cross_site_request')
    return
  }
  const { origin } = req.headers
  if (origin !== undefined && origin !== originOf(req, publicUrl)) throw new Problem('cross_site_request')
}

/** The origin under which the caller knows this server: the configured one, or the one the request was sent to. */
export function originOf(req: FastifyRequest, publicUrl: string | null): string {
  return publicUrl ?? `${req.protocol}://${req.host}`
}
