import { writeFileSync } from 'node:fs'
import type { SerializedError } from 'vitest'
import type { Reporter, TestCase, TestModule, TestRunEndReason } from 'vitest/node'

/** The facts of one run. A name is `project file › test`. */
export interface TestReport {
  readonly passed: number
  readonly failed: readonly string[]
  /** Those of the failed tests that took too long, and showed nothing else. */
  readonly timedOut: readonly string[]
  /** Tests that had begun or were waiting when the run ended. */
  readonly unfinished: readonly string[]
  readonly skipped: readonly string[]
  /** Files that did not load or did not finish, and groups whose hooks failed: each with its error. */
  readonly broken: readonly string[]
  readonly unhandledErrors: readonly string[]
  readonly isInterrupted: boolean
}

/**
 * A Vitest reporter that writes a {@link TestReport} to the file that the variable TEST_REPORT names. Vitest's own JSON
 * report lacks unhandled errors.
 */
export default class ReportTests implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const path = process.env['TEST_REPORT']
    if (path === undefined) throw new Error('TEST_REPORT must name the file for the report.')
    writeFileSync(path, JSON.stringify(reportOf(modules, unhandledErrors, reason)))
  }
}

function reportOf(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[],
  reason: TestRunEndReason,
): TestReport {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const named = (isCounted: (test: TestCase) => boolean) =>
    tests.filter(isCounted).map((test) => `${nameOf(test.module)} › ${test.fullName}`)
  return {
    passed: tests.filter((test) => test.result().state === 'passed').length,
    failed: named((test) => test.result().state === 'failed'),
    timedOut: named(hasOnlyTimedOut),
    unfinished: named((test) => test.result().state === 'pending'),
    skipped: named((test) => test.result().state === 'skipped'),
    broken: modules.flatMap(brokenPartsOf),
    unhandledErrors: unhandledErrors.map((error) => firstLine(error.message)),
    isInterrupted: reason === 'interrupted',
  }
}

function brokenPartsOf(module: TestModule): string[] {
  const inGroups = [...module.children.allSuites()].flatMap((group) =>
    group.errors().map((error) => `${nameOf(module)} › ${group.fullName}: ${firstLine(error.message)}`),
  )
  const inFile = module.errors().map((error) => `${nameOf(module)}: ${firstLine(error.message)}`)
  const isUnfinished = !['passed', 'failed', 'skipped'].includes(module.state())
  return [...inFile, ...inGroups, ...(isUnfinished ? [`${nameOf(module)}: did not finish`] : [])]
}

function hasOnlyTimedOut(test: TestCase): boolean {
  const { errors = [] } = test.result()
  return errors.length > 0 && errors.every(({ message }) => /^(Test|Hook) timed out in /.test(message))
}

const nameOf = (module: TestModule) => `${module.project.name} ${module.relativeModuleId}`

const firstLine = (text: string) => text.split('\n', 1)[0] ?? ''
