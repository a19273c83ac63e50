import { shortClient } from '../tokens/token.ts'

/** By what a `User-Agent` names its system, the more particular first: Android says that it is Linux, too. */
const SYSTEMS = [
  ['Android', /Android/],
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['ChromeOS', /CrOS/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X|Macintosh/],
  ['Linux', /Linux|X11/],
] as const

/** "Firefox on Windows" of a whole user agent; what is no browser keeps the name it gives itself. */
export function deviceOf(client: string | null): string {
  if (client === null) return 'Unknown device'
  if (!client.startsWith('Mozilla/')) return shortClient(client)
  const [browser = ''] = shortClient(client).split('/')
  const system = SYSTEMS.find(([, pattern]) => pattern.test(client))
  return `${browser === 'a browser' ? 'A browser' : browser}${system ? ` on ${system[0]}` : ''}`
}
