import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Programs that tests run beside RAMP, each by the name that it and its Debian package have. */

const CACHE = fileURLToPath(new URL('../../../../node_modules/.cache/debian/', import.meta.url))
const ARCHIVES = join(CACHE, 'archives')
const ROOT = join(CACHE, 'root')

/** How a program is run here. */
export interface Program {
  readonly path: string
  readonly env: Readonly<Record<string, string>>
}

/** The system's program, or the one that {@link providePrograms} has unpacked. */
export function programOf(name: string): Program {
  const path = onSystem(name)
  if (path !== undefined) return { path, env: {} }
  const unpacked = inFolders(name, [join(ROOT, 'usr/sbin'), join(ROOT, 'usr/bin')])
  if (unpacked === undefined) throw new Error(`There is no ${name}.`)
  return { path: unpacked, env: { LD_LIBRARY_PATH: libraryFolders().join(':') } }
}

/**
 * Makes sure that every program is there. What the system lacks comes from Debian's packages, unpacked into a folder of
 * ours: nothing is installed, no daemon is started, no user is made. Throws what to install where that cannot be done.
 */
export function providePrograms(names: readonly string[]): void {
  const missing = names.filter((name) => !isThere(name))
  if (missing.length === 0) return
  try {
    unpack(missing)
  } catch (cause) {
    throw new Error(`These tests need ${names.join(', ')}: install ${missing.join(', ')} with your package manager.`, {
      cause,
    })
  }
}

function isThere(name: string): boolean {
  try {
    programOf(name)
    return true
  } catch {
    return false
  }
}

function unpack(packages: readonly string[]): void {
  mkdirSync(join(ARCHIVES, 'partial'), { recursive: true })
  // With what they need and the system lacks, which has to fit the system: so apt decides what to fetch.
  const options = ['--yes', '--no-install-recommends', '--download-only', '-o', `Dir::Cache::archives=${ARCHIVES}`]
  const fetch = () => spawnSync('apt-get', ['install', ...options, ...packages], { encoding: 'utf8' })
  if (fetch().status !== 0) {
    execFileSync('apt-get', ['update'], { stdio: 'pipe' })
    const { status, stderr, error } = fetch()
    if (status !== 0) throw error ?? new Error(stderr)
  }
  for (const file of readdirSync(ARCHIVES)) {
    if (file.endsWith('.deb')) execFileSync('dpkg', ['-x', join(ARCHIVES, file), ROOT])
  }
}

function onSystem(name: string): string | undefined {
  return inFolders(name, [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'])
}

function inFolders(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(existsSync)
}

/** `usr/lib`, and that of the architecture. */
function libraryFolders(): readonly string[] {
  return ['usr/lib', 'lib'].flatMap((folder) => {
    const all = join(ROOT, folder)
    if (!existsSync(all)) return []
    return [
      all,
      ...readdirSync(all, { withFileTypes: true }).flatMap((each) =>
        each.isDirectory() ? [join(all, each.name)] : [],
      ),
    ]
  })
}
