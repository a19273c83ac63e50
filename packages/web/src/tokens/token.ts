import type { paths } from '@ramp/client'
import { DAY_MS } from '../app/time.ts'

export type Token = paths['/api/v1/tokens']['get']['responses'][200]['content']['application/json']['items'][number]

const SOON_MS = 7 * DAY_MS

/** Whether there is still time to replace it, but not much. */
export function expiresSoon({ status, expiresAt }: Token, now: number): boolean {
  return status === 'active' && expiresAt !== null && Date.parse(expiresAt) - now < SOON_MS
}

/** How logs, audit and scanners name a token. */
export function displayId({ id, kind }: Token, prefix: string): string {
  return `${prefix}_${kind === 'pat' ? 'pat' : 'sat'}_${id}…`
}

/** "curl/8.5.0" of a whole user agent; the browsers' are all called Mozilla and say who they are later. */
export function shortClient(client: string): string {
  const [first = client] = client.split(' ')
  if (!first.startsWith('Mozilla/')) return first
  return /(Edg|Firefox|Chrome|Safari)\/\d+/.exec(client)?.[0].replace('Edg', 'Edge') ?? 'a browser'
}
