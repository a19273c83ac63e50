import { readFileSync } from 'node:fs'
import type { TestReport } from './report-tests.ts'

/** What the repository expects of a run of the whole suite: `.ci/expected-tests.json`. */
export interface ExpectedTests {
  /** At least this many tests pass. Raise it as the suite grows, so that no test disappears unnoticed. */
  readonly leastPassed: number
  /** The only tests that may be skipped, by the name that the report gives them, each with the reason. */
  readonly maySkip: Readonly<Record<string, string>>
}

/** Every reason not to accept the run, each as one line. None: the run is good. */
export function judgeTests(report: TestReport | undefined, expected: ExpectedTests, exitStatus: number): string[] {
  const reasons = exitStatus === 0 ? [] : [`npm test ended with status ${exitStatus}.`]
  if (report === undefined) return [...reasons, 'Vitest wrote no report.']
  reasons.push(...report.failed.map((name) => `Failed: ${name}`))
  reasons.push(...report.unfinished.map((name) => `Did not finish: ${name}`))
  reasons.push(...report.broken.map((what) => `Broken: ${what}`))
  reasons.push(...report.unhandledErrors.map((message) => `Unhandled error: ${message}`))
  const unexpected = report.skipped.filter((name) => !Object.hasOwn(expected.maySkip, name))
  reasons.push(...unexpected.map((name) => `Skipped, but not listed in maySkip: ${name}`))
  if (report.isInterrupted) reasons.push('The run was interrupted.')
  // A machine may lack what a listed test needs; such a test then counts neither way.
  const least = expected.leastPassed - (report.skipped.length - unexpected.length)
  if (report.passed < least) reasons.push(`Only ${report.passed} tests passed. At least ${least} must.`)
  return reasons
}

/** `judge-tests.ts <report> <expected> <exit status of npm test>`. The last line counts the tests. */
function main([reportPath = '', expectedPath = '', exitStatus]: readonly string[]): void {
  const expected = JSON.parse(readFileSync(expectedPath, 'utf8')) as ExpectedTests
  const written = readFileSync(reportPath, 'utf8')
  const report = written === '' ? undefined : (JSON.parse(written) as TestReport)
  const reasons = judgeTests(report, expected, Number(exitStatus))
  const { passed = 0, skipped = [] } = report ?? {}
  const lines = [
    ...reasons,
    ...skipped.filter((name) => name in expected.maySkip).map((name) => `Skipped: ${name}: ${expected.maySkip[name]}`),
    `${passed} passed, ${report === undefined ? 0 : countFailures(report)} failed, ${skipped.length} skipped`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  process.exitCode = reasons.length === 0 ? 0 : 1
}

function countFailures({ failed, unfinished, broken, unhandledErrors }: TestReport): number {
  return failed.length + unfinished.length + broken.length + unhandledErrors.length
}

if (import.meta.main) main(process.argv.slice(2))
