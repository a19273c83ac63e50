import type { Finding } from './finding.ts'
import { git, gitText } from './git.ts'
import { readObjects } from './read-objects.ts'
import { StreamScanner } from './stream-scanner.ts'

interface StagedScan {
  readonly prefix: string | undefined
  found(finding: Finding): void
  read(): void
}

/** Scans what the next commit would bring: the files that differ, as they are in the index. */
export async function scanStaged(folder: string, { prefix, found, read }: StagedScan): Promise<void> {
  const differing = [
    'diff',
    '--cached',
    '--raw',
    '-z',
    '--no-abbrev',
    '--no-renames',
    '--no-ext-diff',
    '--diff-filter=d',
  ]
  const fields = (await gitText(folder, [...differing, '--relative'])).split('\0')
  const paths = new Map<string, string[]>()
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, , , object = ''] = (fields[at] as string).split(' ')
    paths.set(object, [...(paths.get(object) ?? []), fields[at + 1] as string])
  }
  // A submodule's commit is not here; git says so, and there is nothing to read.
  const objects = git(folder, ['cat-file', '--batch'], [...paths.keys()].map((id) => `${id}\n`).join(''))
  await readObjects(objects, ({ id }) => {
    read()
    const scanner = new StreamScanner(prefix, (token, line) => {
      for (const path of paths.get(id) ?? []) found({ token, commit: null, path, line })
    })
    return (bytes) => scanner.push(bytes)
  })
}
