import { describe, expect, test } from 'vitest'
import { LEASE_MS } from '../../src/storage/lease.ts'
import { Settlement } from '../../src/storage/settlement.ts'

/** A clock that moves only while the settlement waits. */
function pace() {
  let now = 0
  return {
    now: () => now,
    async pause(ms: number) {
      now += ms
    },
  }
}

const LIMIT_MS = LEASE_MS + 2000

describe('A change that does not settle', () => {
  test('is never said to be settled: after the limit it is unconfirmed', async () => {
    const time = pace()
    const settlement = new Settlement(async (epoch) => epoch - 1, time)
    const ends: boolean[] = []
    settlement.onEnded = (_seconds, isConfirmed) => ends.push(isConfirmed)
    await expect(settlement.settled(1)).rejects.toMatchObject({ code: 'settlement_unconfirmed' })
    expect(time.now()).toBeGreaterThan(LIMIT_MS)
    expect(time.now()).toBeLessThan(LIMIT_MS + 100)
    expect(ends).toEqual([false])
  })

  test('is waited for until the limit, so that a lease that is over holds up nothing', async () => {
    const time = pace()
    const settlement = new Settlement(async (epoch) => (time.now() < LIMIT_MS - 50 ? epoch - 1 : epoch), time)
    await settlement.settled(1)
    expect(time.now()).toBeGreaterThanOrEqual(LIMIT_MS - 50)
  })

  test('is unconfirmed if nobody can find out, and the next one is asked for anew', async () => {
    let isBroken = true
    const settlement = new Settlement(async (epoch) => {
      if (isBroken) throw new Error('The database is away.')
      return epoch
    }, pace())
    await expect(settlement.settled(1)).rejects.toMatchObject({ code: 'settlement_unconfirmed' })
    isBroken = false
    await settlement.settled(1)
  })

  test('does not hold up an earlier one that has', async () => {
    const settlement = new Settlement(async () => 1, pace())
    const later = settlement.settled(2)
    const [first, second] = await Promise.allSettled([settlement.settled(1), later])
    expect(first.status).toBe('fulfilled')
    expect(second.status).toBe('rejected')
  })
})
