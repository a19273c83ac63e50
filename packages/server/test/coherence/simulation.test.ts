import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anythingOf, between, changeAt, type Outcome, type Schedule } from './simulation/schedule.ts'
import { FAULTS, type FaultKind, type Flaws, simulate } from './simulation/simulate.ts'

/** `RAMP_SIMULATION_SEED=<seed>` repeats a run; a failure prints its seed and the least schedule that shows it. */
const SEED = Number(process.env['RAMP_SIMULATION_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const SCHEDULES = 2000

/** None of the flaws takes more than a few hundred schedules to be found; the seeds of these runs are their own. */
const SCHEDULES_WITH_A_FLAW = 3000

/** On a machine that runs other tests. */
const LIMIT_MS = 300_000

const anything = anythingOf(FAULTS, 3)

/** A verifier that comes back, or registers anew, at the last moment, while its statements take long and changes are made. */
const closeCall = fc
  .record({
    kind: fc.constantFrom('pause' as const, 'cut' as const),
    target: fc.nat(2),
    forMs: between(1, 3000),
    changes: fc.array(changeAt(fc.nat(1500)), { minLength: 4, maxLength: 12, size: 'max' }),
  })
  .map(({ kind, target, forMs, changes }) => {
    const fromMs = kind === 'pause' ? 1000 + forMs : 1000
    return {
      faults: [
        { kind, target, forMs, atMs: 1000 },
        { kind: 'slow statements' as const, target, forMs: 2000, atMs: fromMs - 300 },
      ],
      changes: changes.map((change) => ({ ...change, atMs: fromMs + change.atMs })),
    }
  })

const schedule: fc.Arbitrary<Schedule<FaultKind>> = fc
  .tuple(fc.nat(), fc.oneof({ arbitrary: anything, weight: 2 }, { arbitrary: closeCall, weight: 1 }))
  .map(([seed, happening]) => ({ seed, ...happening }))

test('Whatever happens when, nothing stale is accepted, and all is well again afterwards', {
  timeout: LIMIT_MS,
}, async () => {
  const seen = { fromMemory: 0, answered: 0 }
  await fc.assert(
    fc.asyncProperty(schedule, async (happening) => {
      const outcome = await simulate(happening)
      seen.fromMemory += outcome.fromMemory
      seen.answered += outcome.answered
      expect(outcome).toMatchObject({ stale: undefined, stuck: undefined })
    }),
    { numRuns: SCHEDULES, seed: SEED },
  )
  // It was about something.
  expect(seen.fromMemory).toBeGreaterThan(20 * SCHEDULES)
  expect(seen.answered).toBeGreaterThan(5 * SCHEDULES)
})

test('The same schedule happens the same way twice', async () => {
  for (const happening of fc.sample(schedule, { numRuns: 20, seed: SEED })) {
    expect(await simulate(happening)).toEqual(await simulate(happening))
  }
})

const FLAWS: Record<string, Flaws> = {
  'believes without a lease': { coherent: (real) => ({ ...real, isTrusted: () => real.appliedEpoch() > 0 }) },
  'believes before it has heard what its thread has told': {
    coherent: (real, board) => ({ ...real, isTrusted: () => new BigInt64Array(board).at(1) !== 0n }),
  },
  'keeps what was read before a change': {
    coherent: (real) => ({ ...real, mayKeep: (fill) => real.mayKeep(fill, Number.POSITIVE_INFINITY) }),
  },
  'keeps what was read before a change that it was told of': {
    coherent: (real) => ({
      ...real,
      mayKeep: (fill, epoch) => real.mayKeep(fill, epoch < real.appliedEpoch() ? epoch : Number.POSITIVE_INFINITY),
    }),
  },
  'keeps what was read before a doubt': {
    coherent: (real) => ({ ...real, mayKeep: (_fill, epoch) => real.mayKeep(real.beginFill(), epoch) }),
  },
  'keeps its cache at a doubt': { keepsCache: true },
  'asks the monotonic clock only': { time: (real) => ({ ...real, wall: () => 0 }) },
  'asks the wall clock only': { time: (real) => ({ ...real, monotonic: () => 0 }) },
  'takes a lease for longer than it is': { shortensLeases: true },
  'does not notice that its row is gone': { ignoresRows: true },
  'reports what it has not applied': { reportsUnapplied: true },
  'reports a change for another one of the same': { comparesNames: true },
  'does not notice that changes were pruned': { hidesGaps: true },
  'answers before settlement': { answersUnsettled: true },
  'answers repetitions before settlement': { answersRepetitions: true },
  'passes over leases that are over': { passesOver: true },
  'does not wait after the loss of leases': { forgetsLoss: true },
}

test.for(Object.entries(FLAWS))('It is found out that one %s', { timeout: LIMIT_MS }, async ([, flaws]) => {
  expect(await firstStale(flaws)).toMatch(/after \d+ was answered/)
})

async function firstStale(flaws: Flaws): Promise<Outcome['stale']> {
  for (const happening of fc.sample(schedule, { numRuns: SCHEDULES_WITH_A_FLAW, seed: 1 })) {
    const { stale } = await simulate(happening, flaws)
    if (stale !== undefined) return stale
  }
  return undefined
}
