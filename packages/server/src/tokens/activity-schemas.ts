import { type Static, Type } from 'typebox'
import { DAY_MS, toInstant } from '../core/clock.ts'
import { Instant, listOf, Nullable } from '../http/schemas.ts'
import type { DayCount } from '../verification/last-used.ts'
import type { SeenClient } from './token-activity.ts'
import type { TokenEvent } from './token-history.ts'

const Count = (description: string) => Type.Integer({ minimum: 0, description })

export const ActivityBody = Type.Object({
  days: Type.Array(
    Type.Object({
      date: Type.String({ format: 'date', description: 'In UTC.' }),
      calls: Count('Calls that were accepted.'),
      refusals: Count('Calls with the right secret that were refused: revoked, expired, deactivated, wrong address.'),
    }),
    { description: 'The last 90 days, oldest first, those without a call too.' },
  ),
  clients: Type.Array(
    Type.Object({
      address: Type.String(),
      client: Nullable(Type.String({ description: 'The user agent, cut and cleaned.' })),
      firstSeenAt: Instant('When it was first noted.'),
      lastSeenAt: Instant('When it was last noted.'),
    }),
    { description: 'From where and by what it was used: the last 20.' },
  ),
})

export const HistoryBody = listOf(
  Type.Object({
    id: Type.Integer(),
    at: Instant('When it happened.'),
    action: Type.String({ examples: ['token.revoked'] }),
    by: Nullable(Type.Object({ accountId: Type.String(), username: Type.String() })),
    address: Nullable(Type.String({ description: 'From where. Owners see that of what they did themselves only.' })),
    detail: Type.Record(Type.String(), Type.Unknown()),
  }),
)

export function toActivityBody(days: readonly DayCount[], clients: readonly SeenClient[]): Static<typeof ActivityBody> {
  return {
    days: days.map(({ day, ...counts }) => ({ date: toInstant(day * DAY_MS).slice(0, 10), ...counts })),
    clients: clients.map(({ address, client, firstSeenAt, lastSeenAt }) => ({
      address,
      client,
      firstSeenAt: toInstant(firstSeenAt),
      lastSeenAt: toInstant(lastSeenAt),
    })),
  }
}

/** `viewerId`: the owner who looks at it; undefined for administrators, who see every address. */
export function toHistoryItem(event: TokenEvent, viewerId: string | undefined) {
  const { id, at, action, actor, address, detail } = event
  const isShown = viewerId === undefined || actor?.accountId === viewerId
  return { id, at: toInstant(at), action, by: actor, address: isShown ? address : null, detail }
}
