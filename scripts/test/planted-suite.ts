import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import suite from '../../vitest.config.ts'

interface Project {
  readonly name: string
  readonly include: readonly [string]
  readonly globalSetup?: readonly string[]
}

const configured = (suite.test?.projects ?? []) as unknown as readonly { readonly test: Project }[]
const projects = configured.map(({ test }) => test)

/** Every project of the suite. */
export const PROJECTS: readonly string[] = projects.map(({ name }) => name)

export interface GateResult {
  readonly status: number | null
  readonly output: string
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Runs the real `.ci/run` on a suite that has the real configuration and the given test files instead of its own, one for
 * each named project. Installation and static checks are left out. `leastPassed`: the floor.
 */
export async function runGate(files: Readonly<Record<string, string>>, { leastPassed = 1 } = {}): Promise<GateResult> {
  const folder = mkdtempSync(join(tmpdir(), 'ramp-planted-'))
  try {
    copyConfiguration(folder)
    write(join(folder, '.ci/expected-tests.json'), JSON.stringify({ leastPassed, maySkip: {} }))
    for (const project of projects) {
      const body = files[project.name]
      if (body !== undefined) plant(folder, project, body)
    }
    return await runIn(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function copyConfiguration(folder: string): void {
  const copied = ['package.json', 'vitest.config.ts', '.ci/run']
  for (const path of copied) cpSync(join(ROOT, path), join(folder, path))
  link(folder, 'node_modules')
  for (const path of ['scripts/report-tests.ts', 'scripts/judge-tests.ts']) link(folder, path)
}

function plant(folder: string, { include, globalSetup = [] }: Project, body: string): void {
  const [pattern] = include
  const path = pattern.replace('**/*', 'planted').replace('*', 'planted')
  write(join(folder, path), `import { expect, test } from 'vitest'\n${body}\n`)
  for (const setup of globalSetup) {
    if (STARTS_DATABASE.test(setup)) link(folder, dirname(setup))
    else write(join(folder, setup), `import '${join(ROOT, setup)}'\nexport default () => {}\n`)
  }
}

/** This set-up runs as it is. The others only load: they build the pages and download proxies, which no planted test needs. */
const STARTS_DATABASE = /^packages\/server\//

async function runIn(folder: string): Promise<GateResult> {
  const programs = join(folder, 'programs')
  write(join(programs, 'npm'), ONLY_TESTS, 0o755)
  const outside = Object.entries(process.env).filter(([name]) => !SET_BY_VITEST.test(name))
  const env = { ...Object.fromEntries(outside), PATH: [programs, process.env['PATH']].join(delimiter) }
  const child = spawn('bash', ['-c', '.ci/run 2>&1'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { output: await text(child.stdout), status: await closed }
}

const SET_BY_VITEST = /^(VITEST|TEST$|NODE_ENV$|MODE$|DEV$|PROD$|SSR$|BASE_URL$)/

/** An `npm` that runs the tests and does nothing else. It looks for the real one behind itself on PATH. */
const ONLY_TESTS = `#!/bin/sh
[ "$1" = test ] || exit 0
PATH=\${PATH#*:}
exec npm "$@"
`

function link(folder: string, path: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  symlinkSync(join(ROOT, path), join(folder, path))
}

function write(path: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content, { mode })
}
