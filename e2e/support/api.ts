import type { Ramp } from './ramp.ts'

// biome-ignore lint/suspicious/noExplicitAny: JSON
type Json = any

/** The administrator with a script, to set up what a story needs and does not tell. */
export async function apiOf({ origin, admin }: Ramp) {
  let cookie = ''
  async function call(method: string, path: string, body?: object): Promise<Json> {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: { cookie, origin, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    cookie ||= answer.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
    return text === '' ? undefined : JSON.parse(text)
  }
  await call('POST', '/api/v1/session', admin)
  return {
    get: (path: string) => call('GET', path),
    post: (path: string, body: object) => call('POST', path, body),
    put: (path: string) => call('PUT', path),
    patch: (path: string, body: object) => call('PATCH', path, body),
  }
}
