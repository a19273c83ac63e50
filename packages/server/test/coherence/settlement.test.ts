import { expect, test } from 'vitest'
import { Settlement } from '../../src/storage/settlement.ts'

/** By this a pause ends late on a machine where everybody wants the cores. */
const LATE_MS = 3
const SETTLES_MS = 2

test('that a look came late makes no later look come later', async () => {
  let now = 0
  let settlesAt = 0
  let epoch = 0
  const pace = {
    now: () => now,
    async pause(ms: number) {
      now += ms + LATE_MS
    },
  }
  const settlement = new Settlement(async () => (now < settlesAt ? epoch - 1 : epoch), pace)
  const waitOfOne = async (settlesMs: number) => {
    const since = now
    settlesAt = now + settlesMs
    await settlement.settled(++epoch)
    return now - since
  }
  // One that took long, and then many that do not.
  const slow = await waitOfOne(20)
  expect(slow).toBeGreaterThan(20)
  let wait = slow
  for (let change = 0; change < 20; change++) wait = await waitOfOne(SETTLES_MS)
  expect(wait).toBeLessThan(SETTLES_MS + LATE_MS)
})
