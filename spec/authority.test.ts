import { beforeAll, describe, expect, test } from 'vitest'
import { needSpin, search } from './support/spin.ts'

/** The rules, by what the model calls it when one is left out. */
const BROKEN = [
  'NO_SECOND_CHECK',
  'CHECKED_BEFORE_WORK',
  'NO_LOCK',
  'NO_LOCK_OF_CHANGES',
  'SNAPSHOT_BEFORE_LOCK',
  'EPOCH_READ_LATER',
  'OWN_CHANGE_EXCUSES',
  'NO_READING',
]

const SEARCH_MS = 300_000

describe('No request commits after the answer to the change that ended its authority', () => {
  beforeAll(needSpin, SEARCH_MS)

  test('with two requests in progress and two changes', { timeout: SEARCH_MS }, async () => {
    const found = await search(['REQUESTS=2', 'CHANGES=2'], 'authority.pml')
    expect(found.violations, found.report).toBe(0)
    expect(found.isComplete, found.report).toBe(true)
    expect(found.states).toBeGreaterThan(10_000)
  })

  test.concurrent.for(BROKEN)('but one does with %s', { timeout: SEARCH_MS }, async (rule) => {
    const found = await search(['REQUESTS=2', 'CHANGES=2', rule], 'authority.pml')
    expect(found.violations, found.report).toBeGreaterThan(0)
    expect(found.report).toContain('assertion violated')
  })
})
