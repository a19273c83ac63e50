import { parseCookie, type SetCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Secret } from '../core/secret.ts'
import { SESSION_LIFETIME_MS } from '../sessions/session.ts'

const NAME = 'ramp_session'

/** The secret of a session, as a browser sends it; undefined if it sends none. */
export function sessionCookieOf(req: FastifyRequest): Secret | undefined {
  const value = parseCookie(req.headers.cookie ?? '')[NAME]
  return value === undefined ? undefined : new Secret(value)
}

/** How a browser is given its session, and loses it. `publicUrl` is the origin browsers see, null: the one they ask. */
export function sessionCookie(publicUrl: string | null) {
  const send = (reply: FastifyReply, cookie: Pick<SetCookie, 'value' | 'maxAge' | 'expires'>): FastifyReply =>
    reply.header(
      'set-cookie',
      stringifySetCookie({
        name: NAME,
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
        secure: publicUrl?.startsWith('https:') ?? reply.request.protocol === 'https',
        ...cookie,
      }),
    )
  return {
    set: (reply: FastifyReply, secret: Secret) =>
      send(reply, { value: secret.expose(), maxAge: SESSION_LIFETIME_MS / 1000 }),
    clear: (reply: FastifyReply) => send(reply, { value: '', maxAge: 0, expires: new Date(0) }),
  }
}
