import { sql } from 'kysely'
import { withoutSecrets } from '../core/text.ts'
import type { Database } from '../storage/database.ts'
import type { Presenter } from './token-verifier.ts'

/** When a token was last used, from which address, and by what (the user agent, cut and cleaned). */
export interface Usage {
  readonly at: number
  readonly address: string
  readonly client: string | null
}

/** How late the stored "last used" may be. Reading through this process sees it at once, stored or not. */
const FLUSH_INTERVAL_MS = 5000

/** Rows a statement, some 15 ms: a flush of many must not hold up the event loop (SQLite writes in this thread). */
const FLUSH_ROWS = 1000

/** So many different tokens in one interval are written before it ends: what is noted must not fill the memory. */
const EARLY_FLUSH_TOKENS = 10_000

/** Enough to tell `curl/8.5.0` from `PostmanRuntime/7.43.0`; a longer one is cut. */
const CLIENT_LENGTH = 200

/**
 * Notes in memory that a token was used and writes it down now and then. Using a token never waits for this: no write,
 * no lock and no promise on the request's path.
 */
export class UsageRecorder {
  readonly #database: Database
  readonly #onFailure: (error: unknown) => void
  readonly #timer: NodeJS.Timeout
  #noted = new Map<string, { at: number; presenter: Presenter }>()
  /** What a flush under way is writing: still shown to readers. */
  #flushing: ReadonlyMap<string, { at: number; presenter: Presenter }> = new Map()
  #flush: Promise<void> = Promise.resolve()

  constructor(database: Database, onFailure: (error: unknown) => void) {
    this.#database = database
    this.#onFailure = onFailure
    this.#timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS)
    this.#timer.unref()
  }

  note(tokenId: string, presenter: Presenter, at: number): void {
    const noted = this.#noted.get(tokenId)
    if (noted !== undefined) {
      noted.at = at
      noted.presenter = presenter
      return
    }
    this.#noted.set(tokenId, { at, presenter })
    if (this.#noted.size === EARLY_FLUSH_TOKENS) void this.flush()
  }

  /** What is known here and perhaps not stored yet. */
  pending(tokenId: string): Usage | undefined {
    const noted = this.#noted.get(tokenId) ?? this.#flushing.get(tokenId)
    return noted && { at: noted.at, address: noted.presenter.address, client: cleanClient(noted.presenter.client) }
  }

  /** Writes what was noted. Never rejects: what could not be written is kept for the next time. */
  flush(): Promise<void> {
    this.#flush = this.#flush.then(() => this.#writeNoted())
    return this.#flush
  }

  /** Stops the timer and writes the rest. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }

  async #writeNoted(): Promise<void> {
    if (this.#noted.size === 0) return
    this.#flushing = this.#noted
    this.#noted = new Map()
    try {
      const ids = [...this.#flushing.keys()]
      for (let from = 0; from < ids.length; from += FLUSH_ROWS) {
        const rows = ids.slice(from, from + FLUSH_ROWS).map((id) => ({ id, ...this.pending(id) }))
        await this.#write(JSON.stringify(rows))
      }
    } catch (error) {
      for (const [id, noted] of this.#flushing) if (!this.#noted.has(id)) this.#noted.set(id, noted)
      this.#onFailure(error)
    } finally {
      this.#flushing = new Map()
    }
  }

  /** Forward only, and only for tokens that still exist. */
  #write(rows: string): Promise<unknown> {
    const noted =
      this.#database.engine === 'sqlite'
        ? sql`SELECT value ->> 'id' AS id, value ->> 'at' AS at, value ->> 'address' AS address, value ->> 'client' AS client
            FROM json_each(${rows})`
        : sql`SELECT id, at, address, client
            FROM jsonb_to_recordset(${rows}::jsonb) AS noted (id text, at bigint, address text, client text)`
    return this.#database.write((trx) =>
      sql`INSERT INTO token_usage (token_id, last_used_at, last_used_address, last_used_client)
        SELECT noted.id, noted.at, noted.address, noted.client FROM (${noted}) AS noted
        JOIN token ON token.id = noted.id ORDER BY noted.id
        ON CONFLICT (token_id) DO UPDATE SET
          last_used_at = excluded.last_used_at,
          last_used_address = excluded.last_used_address,
          last_used_client = excluded.last_used_client
        WHERE excluded.last_used_at > token_usage.last_used_at`.execute(trx),
    )
  }
}

/** A user agent is free text from outside: control characters and anything that looks like a token are taken out. */
export function cleanClient(userAgent: string | undefined): string | null {
  if (userAgent === undefined) return null
  const visible = withoutSecrets(userAgent.slice(0, 4 * CLIENT_LENGTH))
    .replace(/[^\x20-\x7e\xa0-\uffff]/g, '')
    .trim()
  return visible === '' ? null : visible.slice(0, CLIENT_LENGTH)
}
