import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/** What the database file itself says, without its log: the state as of the last checkpoint. */
export interface MainFile {
  readonly generation: number
  readonly eventId: number
}

/**
 * Reads the database file alone. `immutable` has SQLite take no lock and ignore the log. A checkpoint that runs meanwhile may
 * show a mixture. Undefined if there is no RAMP schema in the file, as in a new one whose tables are all in its log.
 */
export function readMainFile(file: string): MainFile | undefined {
  const db = new DatabaseSync(`${pathToFileURL(file)}?immutable=1`, { readOnly: true })
  try {
    const { user_version: generation } = db.prepare('PRAGMA user_version').get() as { user_version: number }
    const hasChain = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'audit_chain'").get() !== undefined
    if (!hasChain) return undefined
    const chain = db.prepare('SELECT last_id AS eventId FROM audit_chain').get() as { eventId: number } | undefined
    return { generation, eventId: chain?.eventId ?? 0 }
  } finally {
    db.close()
  }
}
