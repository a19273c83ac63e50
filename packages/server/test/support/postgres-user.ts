import { execFileSync } from 'node:child_process'

/** For `spawn`: the user that a PostgreSQL server runs as. */
export interface PostgresUser {
  readonly uid?: number
  readonly gid?: number
}

/** The current user. PostgreSQL refuses to run as root, so root gets the user `postgres`, who is added if missing. */
export function providePostgresUser(): PostgresUser {
  if (process.getuid?.() !== 0) return {}
  try {
    return findPostgres()
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'pipe' })
    return findPostgres()
  }
}

function findPostgres(): PostgresUser {
  const idOf = (which: '-u' | '-g') =>
    Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}
