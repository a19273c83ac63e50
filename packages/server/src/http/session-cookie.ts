import { parseCookie, type SetCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Secret } from '../core/secret.ts'
import { SESSION_LIFETIME_MS } from '../sessions/session.ts'
import { originOf } from './origin.ts'

const NAME = 'ramp_session'

/** Browsers take such a cookie only over https, from the host itself and for all its paths (RFC 6265bis §4.1.3.2). */
const HOST_PREFIX = '__Host-'

/** At these ports the name has no number. */
const HOME_PORTS = { https: '443', http: '7267' } as const

/** A browser sends one, and perhaps a stale one; more are those of other servers, and each costs a look-up. */
const MOST_COOKIES = 5

/**
 * The secrets of sessions that a browser sends, that of this server first. Any of them may be the live one: a browser
 * also keeps cookies for other paths, and a node may be known by several ports. On https only the prefix counts:
 * another host of the domain could have set a cookie without it.
 */
export function sessionCookiesOf(req: FastifyRequest, publicUrl: string | null): readonly Secret[] {
  const own = nameFor(req, publicUrl)
  const sent = cookiesOf(req, own)
  const values = [...sent.filter(({ name }) => name === own), ...sent].map(({ value }) => value)
  return [...new Set(values)].slice(0, MOST_COOKIES).map((value) => new Secret(value))
}

/** How a browser is given its session, and loses it. `publicUrl` is the origin browsers see, null: the one they ask. */
export function sessionCookie(publicUrl: string | null) {
  return {
    set: (reply: FastifyReply, secret: Secret): FastifyReply =>
      send(reply, nameFor(reply.request, publicUrl), {
        value: secret.expose(),
        maxAge: SESSION_LIFETIME_MS / 1000,
      }),
    clear: (reply: FastifyReply): FastifyReply => {
      const own = nameFor(reply.request, publicUrl)
      const names = new Set(cookiesOf(reply.request, own).map(({ name }) => name))
      // Beside our own, another name is another server's; without it, the session came by that name.
      const ended = names.has(own) ? [own] : [own, ...names]
      for (const name of ended) send(reply, name, { value: '', maxAge: 0, expires: new Date(0) })
      return reply
    },
  }
}

function send(reply: FastifyReply, name: string, cookie: Pick<SetCookie, 'value' | 'maxAge' | 'expires'>) {
  const secure = name.startsWith(HOST_PREFIX)
  const attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const
  return reply.header('set-cookie', stringifySetCookie({ name, ...attributes, ...cookie }))
}

/** Browsers do not separate cookies by port. Without it in the name, servers on one host would sign each other out. */
function nameFor(req: FastifyRequest, publicUrl: string | null): string {
  const url = URL.parse(originOf(req, publicUrl))
  const isHttps = url?.protocol === 'https:'
  const port = url?.port || (isHttps ? '443' : '80')
  const isHome = port === (isHttps ? HOME_PORTS.https : HOME_PORTS.http)
  return `${isHttps ? HOST_PREFIX : ''}${isHome ? '' : `${port}-`}${NAME}`
}

/** The cookies of sessions as they were sent: a name can be there twice. */
function cookiesOf(req: FastifyRequest, own: string): readonly { readonly name: string; readonly value: string }[] {
  const shape = own.startsWith(HOST_PREFIX) ? /^__Host-(\d+-)?ramp_session$/ : /^(\d+-)?ramp_session$/
  return (req.headers.cookie ?? '').split(';').flatMap((pair) => {
    const [name = '', value] = Object.entries(parseCookie(pair))[0] ?? []
    return value && shape.test(name) ? [{ name, value }] : []
  })
}
