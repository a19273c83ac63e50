import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from './ramp.ts'

/** A real git repository in a temporary folder. */
export interface Repository {
  readonly folder: string
  git(...args: string[]): string
  write(path: string, content: string | Buffer): void
  /** Commits all there is and gives the commit's id. */
  commit(message?: string): string
}

export function createRepository(folder = temporaryFolder()): Repository {
  const git = (...args: string[]) => {
    const identity = { GIT_AUTHOR_NAME: 'Test', GIT_AUTHOR_EMAIL: 't@example.test' }
    const committer = { GIT_COMMITTER_NAME: 'Test', GIT_COMMITTER_EMAIL: 't@example.test' }
    // No configuration of whoever runs the tests.
    const env = {
      ...process.env,
      ...identity,
      ...committer,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
    }
    return execFileSync('git', args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  }
  git('init', '--quiet', '--initial-branch=main')
  return {
    folder,
    git,
    write(path, content) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    },
    commit(message = 'a commit') {
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', message)
      return git('rev-parse', 'HEAD')
    },
  }
}
