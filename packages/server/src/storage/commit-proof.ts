/**
 * Proof that this PostgreSQL server could commit a change. A former primary, whose synchronous standby has been promoted,
 * still reads, and still writes what is not logged; only a logged commit finds out that nobody follows it any more.
 */

/**
 * In SQL: writes an empty record to the write-ahead log and nothing to any table. The COMMIT of its transaction waits for
 * what the COMMIT of every change waits for: the disk, and the standbys that `synchronous_standby_names` demands.
 */
export const LOGGED_RECORD = "pg_logical_emit_message(true, 'ramp', '')"

/** Which run of the database server answers: another one after a restart, a failover or a restored backup. */
export const DATABASE_RUN = 'pg_postmaster_start_time()::text'

/** The proof by itself, as a transaction of its own; brings the run that it holds for. */
export const PROVE_COMMIT = `SELECT ${DATABASE_RUN} AS run, ${LOGGED_RECORD} AS position`

/**
 * Shares proofs among many who need one at a time. A proof counts for those who asked before it began; whoever asks while
 * one is under way gets the next.
 */
export function shareProofs<Proof>(prove: () => Promise<Proof>): () => Promise<Proof> {
  let running: Promise<Proof> | undefined
  let next: Promise<Proof> | undefined

  function start(): Promise<Proof> {
    next = undefined
    const proof = prove()
    running = proof
    const end = () => {
      if (running === proof) running = undefined
    }
    proof.then(end, end)
    return proof
  }

  return () => {
    if (running === undefined) return start()
    next ??= running.then(start, start)
    return next
  }
}
