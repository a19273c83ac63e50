import type { DatabaseSync } from 'node:sqlite'
import { dropSubject, type StaleState } from '@ramp/verifier/coherence'
import { MOST_CHANGES } from '../storage/lease.ts'

/**
 * Keeps a cache equal to the database: `catchUp` drops what was changed since it last ran. It must be called after the
 * requests that it serves were read and before they are decided (DESIGN, "Coherence").
 *
 * `PRAGMA data_version` moves whenever another connection, of this process or another, has committed; it is all that
 * an unchanged database costs. The connection must be one that never writes, or its own commits would go unseen.
 */
export function sqliteCoherence(reader: DatabaseSync, cache: StaleState) {
  const dataVersion = reader.prepare('PRAGMA data_version')
  const clock = reader.prepare('SELECT epoch FROM authz_clock')
  const changes = reader.prepare(
    `SELECT subject FROM authz_change WHERE epoch > ? AND epoch <= ? LIMIT ${MOST_CHANGES + 1}`,
  )
  const oldest = reader.prepare('SELECT min(epoch) AS epoch FROM authz_change')
  const readVersion = () => (dataVersion.get() as { data_version: number }).data_version
  const readEpoch = () => (clock.get() as { epoch: number }).epoch

  let seenVersion = readVersion()
  let appliedEpoch = readEpoch()

  function applyChanges(): void {
    const epoch = readEpoch()
    if (epoch === appliedEpoch) return
    // All at once: an iterator that has failed fails once more when the file can be read again.
    const listed = changes.all(appliedEpoch, epoch) as { subject: string }[]
    // Backwards: the file was restored from an older copy. A gap: the changes between were pruned; asked last, since
    // they may be pruned while they are read.
    const firstListed = (oldest.get() as { epoch: number | null }).epoch
    const isGap = epoch < appliedEpoch || firstListed === null || firstListed > appliedEpoch + 1
    if (isGap || listed.length > MOST_CHANGES) cache.dropAll()
    else for (const { subject } of listed) dropSubject(cache, subject)
    appliedEpoch = epoch
  }

  return {
    appliedEpoch: () => appliedEpoch,

    /** Throws if the database cannot be read; then nothing that is cached may be believed. */
    catchUp(): void {
      const version = readVersion()
      if (version === seenVersion) return
      applyChanges()
      seenVersion = version
    },
  }
}
