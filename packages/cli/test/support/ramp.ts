import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { startProgram } from '../../../server/test/support/server-process.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/ramp.js', import.meta.url))

interface RampOptions {
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Somebody at a shell: `ramp` as a process of its own, with a configuration folder of theirs. */
export interface Shell {
  /** The configuration folder: `XDG_CONFIG_HOME`. */
  readonly folder: string
  readonly credentialsPath: string
  /** Runs `ramp <words>`; a text is split at its spaces. */
  ramp(words: string | readonly string[], options?: RampOptions): Promise<Answer>
  /** The same, for whoever acts while it runs. */
  start(words: string | readonly string[], options?: RampOptions): ReturnType<typeof startProgram>
}

export interface Answer {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** What it printed, as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what the test says
  json(): any
}

/** A new shell, with these variables beside those of the options. Its folder goes with the file's tests. */
export function openShell(variables: Readonly<Record<string, string>> = {}): Shell {
  const folder = temporaryFolder()
  const start: Shell['start'] = (words, { stdin, env = {}, cwd } = {}) =>
    startProgram({
      program: PROGRAM,
      args: typeof words === 'string' ? words.split(' ') : words,
      // A developer's own keyring is left alone.
      env: { XDG_CONFIG_HOME: folder, RAMP_KEYRING: 'off', ...variables, ...env },
      ...(stdin !== undefined && { stdin }),
      ...(cwd !== undefined && { cwd }),
    })
  return {
    folder,
    credentialsPath: join(folder, 'ramp', 'credentials.json'),
    start,
    async ramp(words, options) {
      const { code, stdout, stderr } = await start(words, options).exited
      return { code, stdout, stderr, json: () => JSON.parse(stdout) }
    },
  }
}

const folders: string[] = []

/** A folder that goes with the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ramp-cli-'))
  folders.push(folder)
  return folder
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
