import { execFileSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What runs JavaScript outside of a browser. */
export interface Runtime {
  readonly name: string
  /** What comes before the file of a program. */
  readonly command: readonly [string, ...string[]]
}

const deno = fileURLToPath(import.meta.resolve('deno/package.json'))
const bun = fileURLToPath(import.meta.resolve('bun/package.json'))
const { platform, arch } = process

export const DENO: Runtime = {
  name: 'Deno',
  command: [
    existing(fileOf(`@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`, 'deno', deno)),
    ...['run', '--no-prompt', '--allow-net', '--allow-env'],
  ],
}

export const BUN: Runtime = {
  name: 'Bun',
  command: [
    existing(
      fileOf(`@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`, 'bin/bun', bun),
      // Moved there by the install script, which an npm that does not know `allowScripts` has run.
      join(dirname(bun), 'bin/bun.exe'),
    ),
  ],
}

/** Node 20 and later of those that this machine has: the package works without our compiler, on older ones, too. */
const NODES: readonly Runtime[] = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .filter((file) => existsSync(file))
  .map((file) => realpathSync(file))
  .filter((file, index, all) => all.indexOf(file) === index)
  .filter((file) => Number(execFileSync(file, ['-p', 'parseInt(process.versions.node)'])) >= 20)
  .map((file) => ({ name: file, command: [file] }))

export const RUNTIMES: readonly Runtime[] = [...NODES, DENO, BUN]

/**
 * A file in the package for this platform, an optional dependency of `dependent`: the executable itself. The command of
 * `dependent` would be one only after its install script, which need not run.
 */
function fileOf(name: string, file: string, dependent: string): string {
  return join(dirname(createRequire(dependent).resolve(`${name}/package.json`)), file)
}

function existing(...files: readonly string[]): string {
  const found = files.find((file) => existsSync(file))
  if (found === undefined) throw new Error(`There is no ${files[0]}: run "npm ci".`)
  return found
}
