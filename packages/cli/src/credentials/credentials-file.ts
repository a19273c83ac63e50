import { randomUUID } from 'node:crypto'
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Failure } from '../failure.ts'

/** What is kept of sign-ins: a token for each server, or that the keyring has it. */
export interface Saved {
  /** The server that commands go to unless they name another. */
  readonly current?: string
  readonly servers: Readonly<Record<string, { readonly token: string } | { readonly keyring: true }>>
}

const NOTHING: Saved = { servers: {} }

/** `ramp/credentials.json` in `XDG_CONFIG_HOME`, which is `~/.config` unless set; on Windows in `APPDATA`. */
export function credentialsPath(env: NodeJS.ProcessEnv): string {
  const platform = process.platform === 'win32' ? env['APPDATA'] : undefined
  return join(env['XDG_CONFIG_HOME'] || platform || join(homedir(), '.config'), 'ramp', 'credentials.json')
}

/** Throws a `Failure` if there is a file that cannot be read, that others can read, or that is not ours. */
export function readSaved(env: NodeJS.ProcessEnv): Saved {
  const path = credentialsPath(env)
  const text = readPrivately(path)
  if (text === undefined) return NOTHING
  try {
    const saved: unknown = JSON.parse(text)
    if (isSaved(saved)) return saved
  } catch {
    // Said below; the error of JSON.parse would quote the file.
  }
  throw new Failure('here', `${path} is broken: delete it and run "ramp login".`)
}

/** Replaces the file, whole or not at all. Throws a `Failure` if it cannot. */
export function writeSaved(env: NodeJS.ProcessEnv, saved: Saved): void {
  const path = credentialsPath(env)
  const unfinished = `${path}.${randomUUID()}`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(unfinished, `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true })
    renameSync(unfinished, path)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw new Failure('here', `${path} cannot be written: ${reasonOf(error)}. Set RAMP_TOKEN to do without it.`)
  }
}

function readPrivately(path: string): string | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Failure('here', `${path} cannot be read: ${reasonOf(error)}.`)
  }
  try {
    const mode = fstatSync(file).mode & 0o777
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new Failure(
        'here',
        `${path} is open to others (mode ${mode.toString(8)}): run "chmod 600 ${path}", and replace the token if they may have read it.`,
      )
    }
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

function isSaved(value: unknown): value is Saved {
  const { current, servers } = (value ?? {}) as Partial<Saved>
  if (current !== undefined && typeof current !== 'string') return false
  if (typeof servers !== 'object' || servers === null) return false
  return Object.values(servers).every((each) => each && ('keyring' in each || typeof each.token === 'string'))
}

/** "permission denied (EACCES)" of "EACCES: permission denied, open '/…'". */
function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  return `${message.replace(`${code}: `, '').split(',', 1)[0]} (${code})`
}
