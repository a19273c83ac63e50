import { describe, expect, test } from 'vitest'
import { judgeTests } from '../judge-tests.ts'
import type { TestReport } from '../report-tests.ts'

const good: TestReport = {
  passed: 3,
  failed: [],
  timedOut: [],
  unfinished: [],
  skipped: [],
  broken: [],
  unhandledErrors: [],
  isInterrupted: false,
}
const expected = { leastPassed: 3, maySkip: { 'server a.test.ts › needs a privilege': 'needs CAP_SYS_NICE' } }

describe('A run of the tests', () => {
  test('is accepted if everything passed', () => {
    expect(judgeTests(good, expected, 0)).toEqual([])
  })

  test.each<[string, Partial<TestReport>, string]>([
    ['a test failed', { failed: ['server a.test.ts › x'] }, 'Failed: server a.test.ts › x'],
    ['a test did not finish', { unfinished: ['e2e d.test.ts › z'] }, 'Did not finish: e2e d.test.ts › z'],
    ['a file is broken', { broken: ['web b.test.ts: no such module'] }, 'Broken: web b.test.ts: no such module'],
    ['an error went unhandled', { unhandledErrors: ['too late'] }, 'Unhandled error: too late'],
    ['a test was skipped', { skipped: ['cli c.test.ts › y'] }, 'Skipped, but not listed in maySkip: cli c.test.ts › y'],
    ['it was interrupted', { isInterrupted: true }, 'The run was interrupted.'],
    ['tests are missing', { passed: 2 }, 'Only 2 tests passed. At least 3 must.'],
  ])('is refused if %s', (_, difference, reason) => {
    expect(judgeTests({ ...good, ...difference }, expected, 0)).toEqual([reason])
  })

  test('is refused if the command failed, whatever the report says', () => {
    expect(judgeTests(good, expected, 1)).toEqual(['npm test ended with status 1.'])
  })

  test('is refused without a report', () => {
    expect(judgeTests(undefined, expected, 0)).toEqual(['Vitest wrote no report.'])
  })

  test('may skip a listed test, which then need not pass', () => {
    const skipped = Object.keys(expected.maySkip)
    expect(judgeTests({ ...good, passed: 2, skipped }, expected, 0)).toEqual([])
    expect(judgeTests({ ...good, passed: 1, skipped }, expected, 0)).toEqual(['Only 1 tests passed. At least 2 must.'])
  })
})
