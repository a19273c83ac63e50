import { readFileSync, statSync } from 'node:fs'
import { Failure } from '../failure.ts'
import { readToken, type TokenText } from '../token-text.ts'

/** A token and a line break; a larger file is another file. */
const FILE_LIMIT_BYTES = 1024

/** The token that `RAMP_TOKEN` holds, or the file that `RAMP_TOKEN_FILE` names. Throws a `Failure` that never quotes it. */
export function environmentToken(env: NodeJS.ProcessEnv): TokenText | undefined {
  const path = env['RAMP_TOKEN_FILE']
  const given = env['RAMP_TOKEN']?.trim()
  if (path && given) throw new Failure('usage', 'RAMP_TOKEN and RAMP_TOKEN_FILE are both set: set one of them.')
  if (path) return tokenOrFailure(readTokenFile(path), 'RAMP_TOKEN_FILE names a file that holds no token.')
  return given ? tokenOrFailure(given, 'RAMP_TOKEN is not a token: mistyped, or cut off?') : undefined
}

/** The variable from which commands take their token; undefined if neither is set. */
export function tokenVariable(env: NodeJS.ProcessEnv): 'RAMP_TOKEN' | 'RAMP_TOKEN_FILE' | undefined {
  if (env['RAMP_TOKEN']) return 'RAMP_TOKEN'
  return env['RAMP_TOKEN_FILE'] ? 'RAMP_TOKEN_FILE' : undefined
}

function readTokenFile(path: string): string {
  try {
    const status = statSync(path)
    // Another kind of file could block.
    return status.isFile() && status.size <= FILE_LIMIT_BYTES ? readFileSync(path, 'utf8').trim() : ''
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Failure('usage', `RAMP_TOKEN_FILE names a file that cannot be read (${code}).`)
  }
}

function tokenOrFailure(text: string, message: string): TokenText {
  const token = readToken(text)
  if (token === undefined) throw new Failure('usage', message)
  return token
}
