import { DAY_MS, toInstant } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import type { Router } from './routes.ts'

/** RFC 9116 §2.5.5 wants less than a year; the file is written anew at each request. */
const LIFETIME_MS = 90 * DAY_MS

/** `/.well-known/security.txt`: whom to tell of a vulnerability (RFC 9116), if the operator has named somebody. */
export function registerSecurityTxt(
  app: Router,
  { clock }: Services,
  { securityContact, publicUrl }: { readonly securityContact: string | null; readonly publicUrl: string | null },
): void {
  const address = '/.well-known/security.txt'
  app.get(address, { schema: { hide: true } }, (_req, reply) => {
    if (securityContact === null) throw new Problem('not_found')
    const lines = [
      `Contact: ${securityContact}`,
      `Expires: ${toInstant(clock() + LIFETIME_MS)}`,
      'Preferred-Languages: en',
      ...(publicUrl === null ? [] : [`Canonical: ${publicUrl}${address}`]),
    ]
    return reply.type('text/plain; charset=utf-8').send(`${lines.join('\n')}\n`)
  })
}
