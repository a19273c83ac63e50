import { parseArgs } from 'node:util'

/** What an operator says about a restore. */
export interface RestoreOptions {
  /** The backup to bring in; undefined: the database that is in its place already is accepted. */
  readonly backup: string | undefined
  /** The former database, or an audit export, that tells what had ended. */
  readonly compare: string | undefined
  /** What had ended ends again, or stays active; undefined: not said. */
  readonly revived: 'end' | 'leave' | undefined
  /** Ends every session, and the tokens that were used since the backup. */
  readonly endsSinceBackup: boolean
  readonly isDryRun: boolean
}

const USAGE =
  'Say what to restore: ramp-server restore <backup> | --accept [--compare <former database or audit export>] [--revoke-again | --leave-active] [--end-since-backup] [--dry-run]'

/** Throws a sentence if it cannot be understood. */
export function parseRestoreOptions(args: readonly string[]): RestoreOptions {
  const { values, positionals } = parse(args)
  const { accept = false, compare } = values
  const [backup, ...others] = positionals
  const saysBoth = values['revoke-again'] && values['leave-active']
  if (others.length > 0 || accept === (backup !== undefined) || saysBoth) throw new Error(USAGE)
  return {
    backup,
    compare,
    revived: values['revoke-again'] ? 'end' : values['leave-active'] ? 'leave' : undefined,
    endsSinceBackup: values['end-since-backup'] ?? false,
    isDryRun: values['dry-run'] ?? false,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        accept: { type: 'boolean' },
        compare: { type: 'string' },
        'revoke-again': { type: 'boolean' },
        'leave-active': { type: 'boolean' },
        'end-since-backup': { type: 'boolean' },
        'dry-run': { type: 'boolean' },
      },
    })
  } catch {
    throw new Error(USAGE)
  }
}
