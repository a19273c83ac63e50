import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Secret } from '../core/secret.ts'

const NAME = 'ramp_device'

/** It is read at sign-in, and so sent nowhere else. */
const PATH = '/api/v1/session'

const LONGEST_MAX_AGE_SECONDS = 400 * 86_400

/** What the browser was given when somebody last signed in with it; undefined if it sends none. */
export function deviceCookieOf(req: FastifyRequest): Secret | undefined {
  const value = parseCookie(req.headers.cookie ?? '')[NAME]
  return value === undefined || value === '' ? undefined : new Secret(value)
}

/** Gives the browser a new one. `publicUrl` is the origin browsers see, null: the one they ask. */
export function setDeviceCookie(reply: FastifyReply, device: Secret, publicUrl: string | null): FastifyReply {
  return reply.header(
    'set-cookie',
    stringifySetCookie({
      name: NAME,
      value: device.expose(),
      path: PATH,
      maxAge: LONGEST_MAX_AGE_SECONDS,
      httpOnly: true,
      sameSite: 'strict',
      secure: publicUrl?.startsWith('https:') ?? reply.request.protocol === 'https',
    }),
  )
}
