import type { TokenText } from '../token-text.ts'
import type { Finding } from './finding.ts'
import { git, split } from './git.ts'
import { readObjects } from './read-objects.ts'
import { StreamScanner } from './stream-scanner.ts'

export interface HistoryScan {
  readonly prefix: string | undefined
  /** Whether the folder is a whole repository: messages, and what no commit has any more, belong to none of its parts. */
  readonly isWhole: boolean
  found(finding: Finding): void
  /** Called for each object that was read. */
  read(): void
}

type Hit = { readonly token: TokenText; readonly line: number }

/**
 * Scans every version of every file there ever was, once, however many commits have it: the objects themselves, with
 * those of deleted branches and amended commits. Only if a token is found is the history asked which commit brought it.
 */
export async function scanHistory(folder: string, { prefix, isWhole, found, read }: HistoryScan): Promise<void> {
  const files = new Map<string, Hit[]>()
  const objects = git(folder, ['cat-file', '--batch-all-objects', '--batch', '--unordered', '--buffer'])
  await readObjects(objects, ({ id, type }) => {
    read()
    if (type === 'tree') return undefined
    const scanner = new StreamScanner(prefix, (token, line) => {
      if (type === 'blob') files.set(id, [...(files.get(id) ?? []), { token, line }])
      else if (isWhole) found({ token, commit: id, path: null, line })
    })
    return (bytes) => scanner.push(bytes)
  })
  if (files.size === 0) return

  const findings = await firstCommits(folder, files)
  for (const finding of findings) found(finding)
  if (!isWhole) return
  const seen = new Set(findings.map(({ token }) => token.id))
  for (const [object, hits] of files) {
    for (const { token, line } of hits) {
      if (!seen.has(token.id)) found({ token, commit: null, path: null, line, object })
    }
  }
}

/** For each token and path, the commit in which it was there first. */
async function firstCommits(folder: string, files: ReadonlyMap<string, readonly Hit[]>): Promise<readonly Finding[]> {
  const findings = new Map<string, Finding>()
  const args = [
    'log',
    '--all',
    '--reflog',
    '--topo-order',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '-m',
    '--root',
    '--relative',
  ]
  let commit = ''
  for await (const line of split(git(folder, [...args, '--format=%H']), '\n')) {
    const [, object = '', path] = /^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) \S+\t(.*)$/.exec(line) ?? []
    if (path === undefined) {
      if (line !== '') commit = line
      continue
    }
    // No commit comes after its parents, so that the oldest is what stays.
    for (const hit of files.get(object) ?? []) findings.set(`${hit.token.id}:${path}`, { ...hit, commit, path })
  }
  return [...findings.values()]
}
