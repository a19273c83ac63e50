import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestReport } from '../report-tests.ts'
import { type Mutation, mutate } from './mutation.ts'

export type Outcome =
  /** A test failed: the only outcome that counts as caught. */
  | { readonly kind: 'caught'; readonly by: string }
  | { readonly kind: 'survived' }
  /** The code did not load, or no test could begin: this says nothing about the tests. */
  | { readonly kind: 'broken'; readonly why: string }
  /** The run, or each test that failed in it, took too long: `--resume` tries again. */
  | { readonly kind: 'timed out' }

/** For each test file. The slowest take about two minutes on two busy cores. */
const LONGEST_FILE_MS = 300_000

/** Applies the mutation in the copy, runs its tests, and restores the file. Rejects if `stopping` is aborted. */
export async function tryMutation(copy: string, mutation: Mutation, stopping: AbortSignal): Promise<Outcome> {
  const path = join(copy, mutation.file)
  const original = readFileSync(path, 'utf8')
  writeFileSync(path, mutate(original, mutation))
  try {
    return await runTests(copy, mutation.tests, stopping)
  } finally {
    writeFileSync(path, original)
  }
}

/** Runs test files in the copy until one test has failed. Rejects if `stopping` is aborted. */
export async function runTests(copy: string, tests: readonly string[], stopping: AbortSignal): Promise<Outcome> {
  stopping.throwIfAborted()
  const reportPath = join(copy, 'test-report.json')
  rmSync(reportPath, { force: true })
  const args = ['run', ...tests, '--bail=1', '--reporter=./scripts/report-tests.ts']
  const child = spawn(join(copy, 'node_modules/.bin/vitest'), args, {
    cwd: copy,
    env: { ...process.env, TEST_REPORT: reportPath },
    stdio: 'ignore',
    // A group of its own, so that its workers can be ended with it.
    detached: true,
  })
  await once(child, 'spawn')
  const limit = AbortSignal.timeout(LONGEST_FILE_MS * tests.length)
  const endGroup = () => process.kill(-(child.pid as number), 'SIGKILL')
  for (const signal of [limit, stopping]) signal.addEventListener('abort', endGroup)
  await once(child, 'close')
  for (const signal of [limit, stopping]) signal.removeEventListener('abort', endGroup)
  stopping.throwIfAborted()
  return limit.aborted ? { kind: 'timed out' } : outcomeOf(readReport(reportPath))
}

function outcomeOf(report: TestReport | undefined): Outcome {
  if (report === undefined) return { kind: 'broken', why: 'Vitest wrote no report.' }
  // A busy machine lets tests take too long with any mutation, or none.
  const failed = report.failed.find((name) => !report.timedOut.includes(name))
  if (failed !== undefined) return { kind: 'caught', by: failed }
  if (report.timedOut.length > 0) return { kind: 'timed out' }
  const [broken] = [...report.broken, ...report.unhandledErrors]
  if (broken !== undefined) return { kind: 'broken', why: broken }
  return report.passed > 0 ? { kind: 'survived' } : { kind: 'broken', why: 'No test ran.' }
}

function readReport(path: string): TestReport | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as TestReport
  } catch {
    return undefined
  }
}
