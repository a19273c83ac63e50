import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url))

/** RAMP as it was at a commit of this repository's own history, with the dependencies of today. */
export interface FormerVersion {
  /** For `startServerProcess`. */
  readonly program: string
  remove(): void
}

/** Throws, and says what to do, where the history does not reach back to the commit. */
export function formerVersion(commit: string): FormerVersion {
  const folder = mkdtempSync(join(tmpdir(), 'ramp-former-'))
  try {
    const archive = execFileSync('git', ['archive', commit, 'packages'], { cwd: REPOSITORY, maxBuffer: 2 ** 28 })
    execFileSync('tar', ['-x', '-C', folder], { input: archive })
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(
      `These tests run the version ${commit} from the history: clone the repository whole (git fetch --unshallow).`,
      {
        cause,
      },
    )
  }
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@ramp'), { recursive: true })
  for (const name of readdirSync(join(REPOSITORY, 'node_modules')))
    if (name !== '@ramp') symlinkSync(join(REPOSITORY, 'node_modules', name), join(modules, name))
  for (const name of readdirSync(join(folder, 'packages')))
    symlinkSync(join(folder, 'packages', name), join(modules, '@ramp', name))
  return {
    program: join(folder, 'packages/server/bin/ramp-server.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
