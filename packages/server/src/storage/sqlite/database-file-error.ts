/** What can be wrong with the file of a SQLite database, as one sentence each: what is the case, and what to do. */
export const FILE_FAULTS = {
  missing: 'The database file is missing: put it back, or bring a backup in with "ramp-server restore".',
  replaced:
    'The database file is another one than the server opened: restart the server to use it, or bring a backup in with "ramp-server restore".',
  overwritten:
    'Another program has written over the database file: restart the server, or bring a backup in with "ramp-server restore".',
  log_missing:
    'The write-ahead log of the database (its -wal or -shm file) was removed while the server ran: restart the server.',
  log_overwritten:
    'Another program has written over the write-ahead log of the database (its -wal file): restart the server, or bring a backup in with "ramp-server restore".',
  damaged: 'The database file is damaged: bring a backup in with "ramp-server restore".',
  not_a_file: 'RAMP_DATABASE_URL names something that is not a file.',
  no_permission: 'This user may not read and write the database file.',
  not_a_database: 'The database file is not a SQLite database: bring a backup in with "ramp-server restore".',
  not_ramp: 'The database file is a SQLite database, but not one of RAMP.',
  foreign_log:
    'A write-ahead log (-wal file) of a newer copy lies beside an older database file: bring the copy in with "ramp-server restore".',
  other_generation:
    'The database file is another database than the one that ran here: run "ramp-server restore --accept" to use it.',
} as const

export type FileFault = keyof typeof FILE_FAULTS

/** A SQLite database cannot be used. The message is one sentence for an operator. */
export class UnusableDatabase extends Error {}

/** The file of a SQLite database cannot be used, or not any more. */
export class DatabaseFileError extends UnusableDatabase {
  readonly fault: FileFault

  constructor(fault: FileFault, options?: ErrorOptions) {
    super(FILE_FAULTS[fault], options)
    this.fault = fault
  }
}
