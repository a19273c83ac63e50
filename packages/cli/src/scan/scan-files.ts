import { closeSync, constants, lstatSync, openSync, readSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Finding } from './finding.ts'
import { findRepository, git, split } from './git.ts'
import { StreamScanner } from './stream-scanner.ts'

export interface FileScan {
  readonly prefix: string | undefined
  /** Files that git ignores, too. */
  readonly withIgnored: boolean
  found(finding: Finding): void
  /** Called for each file that was read. */
  read(): void
  /** Called for each that could not be. */
  unreadable(path: string): void
}

/** Scans the files below a folder: in a git repository those that git knows or would add, elsewhere all but `.git`. */
export async function scanFiles(folder: string, scan: FileScan): Promise<void> {
  const repository = scan.withIgnored ? undefined : await findRepository(folder)
  const paths = repository === undefined ? walk(folder, '', scan) : repository.hasFiles ? listed(folder, scan) : []
  for await (const path of paths) scanFile(folder, path, scan)
}

/** Ignored files are not committed, and often where a token belongs: `.env`. */
async function* listed(folder: string, scan: FileScan): AsyncGenerator<string, void, undefined> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate']
  for await (const path of split(git(folder, args), '\0')) {
    // A repository in the repository, of which git says no more.
    if (path.endsWith('/')) yield* walk(folder, path, scan)
    else yield path
  }
}

/** The files below `path`, which is below `folder`, as paths from `folder`. */
async function* walk(folder: string, path: string, scan: FileScan): AsyncGenerator<string, void, undefined> {
  const entries = await readdir(join(folder, path), { withFileTypes: true }).catch(() => scan.unreadable(path))
  for (const entry of entries ?? []) {
    const inner = join(path, entry.name)
    if (entry.isFile()) yield inner
    else if (entry.isDirectory() && entry.name !== '.git') yield* walk(folder, inner, scan)
  }
}

/** Read piece by piece, so there is no file too large, and binary ones are read like others. */
const BUFFER = Buffer.allocUnsafe(1024 * 1024)

/** Synchronous: for many small files, several times as fast as promises are. */
export function scanFile(folder: string, path: string, { prefix, found, read, unreadable }: FileScan): void {
  const scanner = new StreamScanner(prefix, (token, line) => found({ token, commit: null, path, line }))
  const absolute = join(folder, path)
  let file: number | undefined
  try {
    // Neither pipes, which would be waited for, nor links, which lead out of the folder or to what is read anyway.
    if (!lstatSync(absolute).isFile()) return
    file = openSync(absolute, constants.O_RDONLY | constants.O_NOFOLLOW)
    for (let length = readSync(file, BUFFER); length > 0; length = readSync(file, BUFFER)) {
      scanner.push(BUFFER.subarray(0, length))
    }
    read()
  } catch (error) {
    // Deleted, and not yet from the index; or meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') unreadable(path)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
