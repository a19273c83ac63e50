import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The models, by their files in `spec/`. */
type Model = 'coherence.pml' | 'authority.pml'

/** Below the 4 GiB that a small machine has. */
const MEMORY_MIB = 3500

/** No path in the model is as long as a hundredth of this: were one longer, the search would say so. */
const LONGEST_PATH = 1_000_000

export interface Search {
  /** Ended with every state seen that can be reached; otherwise the violation found first ended it. */
  readonly isComplete: boolean
  readonly violations: number
  readonly states: number
  /** What spin printed, with the steps that led to the violation if there is one. */
  readonly report: string
}

/** Searches a model, compiled with these definitions (`['CHANGES=3', 'NO_LEASE_CHECK']`), in a folder of its own. */
export async function search(definitions: readonly string[], model: Model = 'coherence.pml'): Promise<Search> {
  const file = fileURLToPath(new URL(`../${model}`, import.meta.url))
  const folder = await mkdtemp(join(tmpdir(), 'ramp-model-'))
  const defined = definitions.map((definition) => `-D${definition}`)
  const inFolder = { cwd: folder, maxBuffer: 2 ** 28 }
  try {
    await run('spin', [...defined, '-a', file], inFolder)
    // Every step concerns what others see, so there is no order of steps that could be left out (NOREDUCE).
    const options = ['-O1', '-w', '-DSAFETY', '-DNOREDUCE', `-DMEMLIM=${MEMORY_MIB}`]
    await run('gcc', [...options, '-o', 'pan', 'pan.c'], inFolder)
    const { stdout } = await run('./pan', [`-m${LONGEST_PATH}`], inFolder)
    const violations = numberIn(stdout, /errors: (\d+)/)
    const trail = ['-t', '-p', '-k', `${model}.trail`, file]
    // It fails at the assertion, as it should.
    const steps = violations === 0 ? '' : await run('spin', [...defined, ...trail], inFolder).then(printed, printed)
    return {
      isComplete: !/Search not completed|max search depth too small/.test(stdout),
      violations,
      states: numberIn(stdout, /(\d+) states, stored/),
      report: stdout + steps,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** On Debian as root they are fetched if they are missing; elsewhere it throws what to do. */
export function needSpin(): void {
  if (isThere('spin') && isThere('gcc')) return
  try {
    try {
      install()
    } catch {
      // A machine that has never asked for the list of packages.
      execFileSync('apt-get', ['update'], { stdio: 'pipe' })
      install()
    }
  } catch (cause) {
    throw new Error('The model is searched with spin and gcc, which are missing: apt-get install spin gcc libc6-dev.', {
      cause,
    })
  }
}

function printed(failure: { readonly stdout?: string }): string {
  return failure.stdout ?? String(failure)
}

function install(): void {
  execFileSync('apt-get', ['install', '-y', '-o', 'DPkg::Lock::Timeout=60', 'spin', 'gcc', 'libc6-dev'], {
    stdio: 'pipe',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, [program === 'spin' ? '-V' : '--version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

function numberIn(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1]
  if (found === undefined) throw new Error(`spin did not say ${pattern}:\n${text}`)
  return Number(found)
}
