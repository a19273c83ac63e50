import { Failure } from './failure.ts'

/** Where `ramp-server serve` listens unless it is told otherwise. */
export const DEFAULT_URL = 'http://127.0.0.1:7267'

/** Reads the address of a server as people type it: the one form by which credentials are kept. */
export function parseServerAddress(text: string, from: string): string {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`
  // Not URL.parse, which Node 20 does not have.
  const url = URL.canParse(withScheme) ? new URL(withScheme) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new Failure('usage', `${from} is not the address of a server: give one such as https://ramp.example.com.`)
  }
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

/** Whether what is sent there can be read on the way. */
export function isReadableOnTheWay(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
