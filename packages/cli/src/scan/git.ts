import { spawn } from 'node:child_process'
import { Failure } from '../failure.ts'

/**
 * Runs git in a folder and gives what it prints, as it comes. No program that the repository's configuration names is run,
 * and nothing is fetched. Throws a `Failure` with git's own words if it fails.
 */
export async function* git(
  folder: string,
  args: readonly string[],
  input = '',
): AsyncGenerator<Buffer, void, undefined> {
  const child = spawn('git', ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', '-C', folder, ...args], {
    env: { ...process.env, LC_ALL: 'C', GIT_NO_LAZY_FETCH: '1', GIT_OPTIONAL_LOCKS: '0', GIT_PAGER: '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const errors: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
  // A git that ends early says why on standard error.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  ended.catch(() => {})
  try {
    yield* child.stdout
    const code = await ended
    if (code !== 0) throw new Failure('here', `git ${args[0]}: ${errors.join('').trim().split('\n')[0] ?? ''}`)
  } finally {
    child.kill()
  }
}

/** All that git prints, as text. */
export async function gitText(folder: string, args: readonly string[], input?: string): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of git(folder, args, input)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** The parts that a separator ends, as they come. */
export async function* split(
  pieces: AsyncIterable<Buffer>,
  separator: string,
): AsyncGenerator<string, void, undefined> {
  // Latin-1 keeps every byte, and a piece may end within a character.
  let rest = ''
  for await (const piece of pieces) {
    const parts = (rest + piece.toString('latin1')).split(separator)
    rest = parts.pop() as string
    for (const part of parts) yield Buffer.from(part, 'latin1').toString()
  }
  if (rest !== '') yield Buffer.from(rest, 'latin1').toString()
}

export interface Repository {
  readonly hasFiles: boolean
  /** Whether the folder is all of it, and not a part. */
  readonly isWhole: boolean
}

/** What git knows of a folder; undefined if it is in no repository, or there is no git. */
export async function findRepository(folder: string): Promise<Repository | undefined> {
  try {
    const [isInside, prefix] = (await gitText(folder, ['rev-parse', '--is-inside-work-tree', '--show-prefix'])).split(
      '\n',
    )
    return { hasFiles: isInside === 'true', isWhole: prefix === '' }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof Failure && error.message.includes('not a git repository')) return undefined
    throw error
  }
}
