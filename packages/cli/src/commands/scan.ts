import { realpathSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { isTokenPrefix } from '@ramp/verifier'
import { type Context, command } from '../command.ts'
import { EXIT, Failure } from '../failure.ts'
import { checkToken, type TokenState } from '../scan/check-token.ts'
import { type Finding, placeOf } from '../scan/finding.ts'
import { findRepository } from '../scan/git.ts'
import { scanFile, scanFiles } from '../scan/scan-files.ts'
import { scanHistory } from '../scan/scan-history.ts'
import { scanStaged } from '../scan/scan-staged.ts'
import { plain } from '../terminal.ts'
import { parseTokenId } from '../tokens.ts'

const scan = command({
  name: 'scan',
  summary: 'Find RAMP tokens in files and in git history, without a network',
  description:
    'By their format and checksum, of whatever prefix, in text and binary files, and in every version of the history. Prints where, and the ' +
    'public name; never the secret. Files that git ignores are left out. Ends with 1 if there is any: "ramp scan --staged" is a pre-commit hook.',
  arguments: { path: { isOptional: true, summary: 'a folder or a file; this folder if absent' } },
  options: {
    staged: { summary: 'only what the next commit would bring' },
    'no-history': { summary: 'only the files as they are' },
    ignored: { summary: 'files that git ignores, too' },
    prefix: { value: 'prefix', summary: 'only tokens of this prefix' },
    except: { value: 'id', isMany: true, summary: 'not this token, such as an example in a document' },
    check: { summary: 'ask the server, with each token found, whether it is alive; it counts as a use' },
  },
  async run(context, { path = '.' }, options) {
    const { prefix, except, check } = options
    if (prefix !== undefined && !isTokenPrefix(prefix)) throw new Failure('usage', '--prefix is no prefix of tokens.')
    const left = new Set(except.map(parseTokenId))
    const url = check ? context.url() : undefined
    const all = await search(context, path, options)
    const findings = all.filter(({ token }) => !left.has(token.id)).sort(byPlace)
    const states = url === undefined ? undefined : await checkAll(context, url, findings)
    report(context, findings, states)
    if (findings.length > 0) process.exitCode = EXIT.refused
  },
})

interface Wanted {
  readonly staged: boolean
  readonly 'no-history': boolean
  readonly ignored: boolean
  readonly prefix: string | undefined
}

async function search({ terminal }: Context, given: string, wanted: Wanted): Promise<readonly Finding[]> {
  const { path, isFolder } = lookAt(given)
  const findings: Finding[] = []
  const { prefix } = wanted
  const found = (finding: Finding) => void findings.push(finding)
  const files = counter(terminal, 'files')
  const fileScan = {
    prefix,
    withIgnored: wanted.ignored,
    found,
    read: files.count,
    unreadable: (each: string) => {
      terminal.say(`ramp: ${plain(each)} cannot be read.`)
      process.exitCode = EXIT.here
    },
  }
  if (!isFolder) {
    if (wanted.staged) throw new Failure('usage', '--staged takes a folder.')
    scanFile(dirname(path), basename(path), fileScan)
    files.end()
    return findings
  }
  const repository = await findRepository(path)
  if (wanted.staged) {
    if (repository === undefined) throw new Failure('usage', 'There is no git repository here, and so nothing staged.')
    await scanStaged(path, { prefix, found, read: files.count })
    files.end()
    return findings
  }
  await scanFiles(path, fileScan)
  files.end()
  if (repository !== undefined && !wanted['no-history']) {
    const objects = counter(terminal, 'objects of the history')
    await scanHistory(path, { prefix, isWhole: repository.isWhole, found, read: objects.count })
    objects.end()
  }
  return findings
}

/** What is named is scanned even if it is a link; the links in it are not followed. */
function lookAt(given: string): { readonly path: string; readonly isFolder: boolean } {
  try {
    const path = realpathSync(given)
    const found = statSync(path)
    if (found.isDirectory() || found.isFile()) return { path, isFolder: found.isDirectory() }
  } catch {
    // Said below.
  }
  throw new Failure('usage', 'There is no such file or folder to scan.')
}

/** Redrawing for each would take longer than reading it. */
const PROGRESS_STEP = 500

function counter(terminal: Context['terminal'], what: string) {
  let counted = 0
  const text = () => `${counted.toLocaleString('en')} ${what}`
  return {
    count: () => {
      counted++
      if (counted % PROGRESS_STEP === 0) terminal.progress(`${text()} …`)
    },
    end: () => terminal.say(`${text()} read.`),
  }
}

type States = ReadonlyMap<string, TokenState>

async function checkAll({ terminal }: Context, url: string, findings: readonly Finding[]): Promise<States> {
  const states = new Map<string, TokenState>()
  const tokens = new Map(findings.map(({ token }) => [token.text, token]))
  for (const token of tokens.values()) {
    terminal.progress(`${states.size} of ${tokens.size} checked …`)
    states.set(token.text, await checkToken(url, token))
  }
  return states
}

function report(context: Context, findings: readonly Finding[], states: States | undefined): void {
  const { terminal } = context
  if (findings.length === 0) terminal.say('No tokens found.')
  const result = findings.map(({ token, commit, path, line, object }) => ({
    token: token.name,
    commit,
    path,
    line,
    ...(object && { object }),
    ...(states && { state: states.get(token.text) }),
  }))
  const lines = findings.map((finding) => {
    const state = states?.get(finding.token.text)
    const suffix = state === undefined ? '' : ` ${state.isActive ? `active, of ${state.username}` : state.code}`
    const name = terminal.style(state?.isActive === false ? 'dim' : 'red', finding.token.name)
    return `${plain(placeOf(finding))}: ${name}${plain(suffix)}`
  })
  if (context.isJson || lines.length > 0) context.print(result, () => lines.join('\n'))
}

/** Files before the history, by their names; the history as the commits are named. */
function byPlace(one: Finding, other: Finding): number {
  const key = ({ commit, path, line }: Finding) => `${commit ?? ''}\0${path ?? ''}\0${String(line).padStart(12)}`
  return key(one) < key(other) ? -1 : 1
}

export const COMMANDS = [scan]
