/** What a server needs in order to serve. `/readyz` and `doctor` look at the same things. */
export type CheckName = 'shutdown' | 'database' | 'schema' | 'audit' | 'lease'

export interface Fault {
  readonly check: CheckName
  /** Stable, for programs. */
  readonly code: string
  /** For an operator: what is wrong, and what to do. No secret and no name of a host. */
  readonly message: string
}

export const FAULTS = {
  stopping: { check: 'shutdown', code: 'stopping', message: 'The server is stopping and takes no more requests soon.' },
  no_answer: { check: 'database', code: 'no_answer', message: 'The database does not answer in time.' },
  unreachable: { check: 'database', code: 'unreachable', message: 'The database cannot be reached or read.' },
  replica: {
    check: 'database',
    code: 'replica',
    message: 'The database is a replica or takes no changes: point RAMP_DATABASE_URL at the primary.',
  },
  loaded_from_dump: {
    check: 'database',
    code: 'loaded_from_dump',
    message:
      'The database was loaded from a dump, which may lack revocations: run "ramp-server restore --accept" to decide what becomes of them.',
  },
  schema_older: {
    check: 'schema',
    code: 'schema_older',
    message: 'The schema is older than this program: run "ramp-server migrate", or start the server, which does.',
  },
  schema_newer: {
    check: 'schema',
    code: 'schema_newer',
    message: 'A newer version has written this database: use that version.',
  },
  audit_stuck: {
    check: 'audit',
    code: 'audit_stuck',
    message: 'The end of the audit chain is missing or wrong, so changes fail: run "ramp-server audit verify".',
  },
  lease_lost: {
    check: 'lease',
    code: 'lease_lost',
    message: 'This node has had no lease for long: every verification reads the database.',
  },
} as const satisfies Record<string, Fault>
