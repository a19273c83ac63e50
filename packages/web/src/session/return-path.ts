/**
 * The `next` of the sign-in page, if it is a path of our own pages. All of them start with `/_`; nothing that starts so
 * names another origin, and what the URL parser makes of it (a backslash, a dot segment) must still start so.
 */
export function readReturnPath(next: unknown): { next?: string } {
  if (typeof next !== 'string' || !next.startsWith('/_')) return {}
  const url = URL.parse(next, 'https://ramp.invalid')
  if (url === null || url.origin !== 'https://ramp.invalid' || !url.pathname.startsWith('/_')) return {}
  return { next: `${url.pathname}${url.search}` }
}
