import { beforeAll, describe, expect, test } from 'vitest'
import { needSpin, search } from './support/spin.ts'

/** The bounds, each searched to its end: README.md says what they are for, and the states that there are. */
const BOUNDS = [
  { of: 'two verifiers, two changes', definitions: ['VERIFIERS=2', 'CHANGES=2', 'ONE_HEARS'], states: 3_000_000 },
  {
    of: 'two verifiers, a change, a restart',
    definitions: ['VERIFIERS=2', 'CHANGES=1', 'FAULTS=1'],
    states: 500_000,
  },
  {
    of: 'a verifier, three changes of this item or others, two restarts',
    definitions: ['VERIFIERS=1', 'CHANGES=3', 'FAULTS=2', 'ANY_SUBJECT'],
    states: 1_000_000,
  },
  {
    of: 'a verifier, three changes, a restored backup',
    definitions: ['VERIFIERS=1', 'CHANGES=3', 'FAULTS=1', 'RESTORED'],
    states: 40_000,
  },
  {
    of: 'two verifiers, a change, a restored backup',
    definitions: ['VERIFIERS=2', 'CHANGES=1', 'FAULTS=1', 'RESTORED'],
    states: 100_000,
  },
]

/** The rules, by what the model calls it when one is left out. */
const BROKEN = [
  'EPOCHS_OUT_OF_ORDER',
  'REPORTED_UNAPPLIED',
  'HEARD_BY_NAME',
  'NO_GAP_CHECK',
  'NO_LEASE_CHECK',
  'TRUST_FROM_ANSWER',
  'NO_MARGIN',
  'READS_REPLICA',
  'ANSWERED_UNSETTLED',
  'REPETITION_UNSETTLED',
  'PASSED_OVER',
  'NO_WAIT_AFTER_LOSS',
  'NO_FILL_FENCE',
  'NO_FENCE_OF_HEARD',
  'NO_GENERATION',
  'NO_ROW_CHECK',
  'CACHE_KEPT',
]

/**
 * Two fences against a restored backup whose rows came back with it, each of which is enough. (That the epoch went back is
 * a third, but not enough alone: new changes may have made up for it.)
 */
const FENCES = ['NO_RUN_CHECK', 'NO_RENEWALS_CHECK']

const SMALL = ['VERIFIERS=1', 'CHANGES=2', 'FAULTS=1']
const RESTORED = ['VERIFIERS=1', 'CHANGES=3', 'FAULTS=1', 'RESTORED']

/** States by the million, on a machine that has other tests to run. */
const SEARCH_MS = 300_000

describe('No verification is decided on a state that an answered change had ended', () => {
  beforeAll(needSpin, SEARCH_MS)

  test.concurrent.for(BOUNDS)('with $of', { timeout: SEARCH_MS }, async ({ definitions, states }) => {
    const found = await search(definitions)
    expect(found.violations, found.report).toBe(0)
    expect(found.isComplete, found.report).toBe(true)
    expect(found.states).toBeGreaterThan(states)
  })

  test.concurrent.for(BROKEN)('but one is with %s', { timeout: SEARCH_MS }, async (rule) => {
    const found = await search([...SMALL, rule])
    expect(found.violations, found.report).toBeGreaterThan(0)
    expect(found.report).toContain('assertion violated')
  })

  test.concurrent('but one is if nothing tells a restored backup', { timeout: SEARCH_MS }, async () => {
    expect((await search([...RESTORED, ...FENCES])).violations).toBeGreaterThan(0)
  })

  test.concurrent.for(FENCES)('and none is if of these two only %s is so', { timeout: SEARCH_MS }, async (rule) => {
    const found = await search([...RESTORED, rule])
    expect(found.violations, found.report).toBe(0)
    expect(found.isComplete, found.report).toBe(true)
  })
})
