import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Copies the working tree, without ignored files, to a new folder that uses the installed packages of the original. */
export function copyRepository(root: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'ramp-mutant-'))
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const path of listed.toString().split('\0')) {
    if (path !== '' && existsSync(join(root, path))) cpSync(join(root, path), join(copy, path))
  }
  for (const path of ['.', ...packagesBelow(root)]) linkPackages(join(root, path), join(copy, path))
  return copy
}

const packagesBelow = (root: string) => readdirSync(join(root, 'packages')).map((name) => join('packages', name))

/** Our own packages must be those of the copy; npm has linked them relatively. */
function linkPackages(from: string, to: string): void {
  const installed = join(from, 'node_modules')
  if (!existsSync(installed)) return
  for (const name of readdirSync(installed)) {
    const link = join(to, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    if (name === '@ramp') cpSync(join(installed, name), link, { recursive: true, verbatimSymlinks: true })
    else symlinkSync(join(installed, name), link)
  }
}
