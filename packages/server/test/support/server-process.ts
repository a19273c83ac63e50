import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../bin/ramp-server.js', import.meta.url))

interface ProgramOptions {
  /** The RAMP_… variables; nothing else of ours reaches the program but PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** What it reads from standard input; nothing by default. */
  readonly stdin?: string
  readonly cwd?: string
  /** Another program than `ramp-server`. */
  readonly program?: string
  /** What runs it, by default this Node. */
  readonly runtime?: readonly [string, ...string[]]
}

interface Exit {
  /** Null if a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `ramp-server <args>` to its end, as a process of its own. */
export async function runProgram(options: ProgramOptions): Promise<Exit> {
  return startProgram(options).exited
}

export interface ServerProcess {
  readonly origin: string
  readonly pid: number
  stdout(): string
  stderr(): string
  /** The log lines so far, parsed. */
  log(): { readonly msg: string; readonly [field: string]: unknown }[]
  /** Resolves with the first group of `pattern` once it was printed on standard output. */
  printed(pattern: RegExp): Promise<string>
  kill(signal: NodeJS.Signals): void
  readonly exited: Promise<Exit>
}

/** Starts `ramp-server serve`, or what `args` say instead, on a free port; resolves when it listens, rejects with what it printed if it ends before. */
export async function startServerProcess(options: ProgramOptions): Promise<ServerProcess> {
  const program = startProgram({ args: ['serve'], ...options, env: { RAMP_PORT: '0', ...options.env } })
  const origin = await Promise.race([program.printed(/Server listening at (http:[^"\s]+)/), program.exited])
  if (typeof origin !== 'string') throw new Error(`The server ended: ${JSON.stringify(origin)}`)
  const stdout = () => program.stdout.join('')
  return {
    origin,
    pid: program.pid,
    stdout,
    stderr: () => program.stderr.join(''),
    log: () =>
      stdout()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    printed: program.printed,
    kill: program.kill,
    exited: program.exited,
  }
}

/** Starts the program, whatever becomes of it. */
export function startProgram({
  env = {},
  args = [],
  stdin,
  cwd = tmpdir(),
  program = PROGRAM,
  runtime: [executable, ...options] = [process.execPath],
}: ProgramOptions) {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(executable, [...options, program, ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  running.add(child)
  child.stdin?.end(stdin)
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  const exited = once(child, 'close').then(([code, signal]): Exit => {
    running.delete(child)
    return { code, signal, stdout: stdout.join(''), stderr: stderr.join('') }
  })
  return {
    pid: child.pid ?? 0,
    stdout,
    stderr,
    exited,
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
    printed: (pattern: RegExp) => written(child.stdout, stdout, pattern),
    /** The same for standard error. */
    said: (pattern: RegExp) => written(child.stderr, stderr, pattern),
  }
}

function written(stream: NodeJS.ReadableStream | null, chunks: readonly string[], pattern: RegExp): Promise<string> {
  return new Promise<string>((resolve) => {
    const look = () => {
      const [, found] = pattern.exec(chunks.join('')) ?? []
      if (found === undefined) return
      stream?.off('data', look)
      resolve(found)
    }
    stream?.on('data', look)
    look()
  })
}

const running = new Set<ChildProcess>()

/** A test that failed half-way leaves no server behind. */
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

function collect(stream: NodeJS.ReadableStream | null): string[] {
  const chunks: string[] = []
  stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  return chunks
}
