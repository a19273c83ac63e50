/**
 * A short run of `npm run faults`: real processes on PostgreSQL, killed, stopped, cut off and put out of time, and no stale
 * acceptance. `RAMP_TEST_SEED` repeats the choice of faults.
 */
import { expect, test } from 'vitest'
import { newSeed } from '../packages/server/test/support/seeded-random.ts'
import { runFaults } from './fault-run.ts'

const SECONDS = 20

test('Under faults, no token is accepted by a call that began after its removal was answered', async () => {
  const report = await runFaults({ seconds: SECONDS, nodes: 2, verifiers: 2, seed: newSeed(), lanes: 2 })
  expect(report.violations, `RAMP_TEST_SEED=${report.seed}`).toEqual([])
  expect(report.unanswered).toBe(0)
  expect(report.verifications).toBeGreaterThan(1000)
  expect(report.changes).toBeGreaterThan(10)
  expect(Object.values(report.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(3)
}, 180_000)
