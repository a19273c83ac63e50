import { DatabaseFileError, UnusableDatabase } from './database-file-error.ts'
import type { FileState } from './inspect-file.ts'
import type { Sighting } from './witness.ts'

/** The span of time that a database lacks, compared with what was seen of it. Epoch milliseconds. */
export interface Gap {
  readonly from: number
  readonly until: number
}

/** The database lacks what servers have seen in it. */
export class DatabaseOlderError extends UnusableDatabase {
  readonly gap: Gap

  constructor(gap: Gap) {
    const [from, until] = [gap.from, gap.until].map((instant) => new Date(instant).toISOString())
    super(
      `The database is an older copy, without what happened from ${from} until ${until}: run "ramp-server restore --accept" to decide what becomes of tokens that were revoked in that time.`,
    )
    this.gap = gap
  }
}

/** Throws unless the database is the one that was seen, in that state or a later one. */
export function assertContinues(state: FileState, seen: Sighting): void {
  const gap = gapOf(state, seen)
  if (gap !== undefined) throw new DatabaseOlderError(gap)
  if (state.generation !== seen.generation) throw new DatabaseFileError('other_generation')
}

/** Undefined if nothing is missing that can be told of. */
export function gapOf(state: FileState, seen: Sighting): Gap | undefined {
  const isOlder = state.epoch < seen.epoch || state.eventId < seen.eventId || !state.hasSeenEvent
  return isOlder ? { from: state.eventAt, until: Math.max(seen.at, state.eventAt) } : undefined
}
