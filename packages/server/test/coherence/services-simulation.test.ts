import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { anythingOf, between, changeAt, type Outcome, type Schedule } from './simulation/schedule.ts'
import { FAULTS, type FaultKind, type Flaws, simulate } from './simulation/simulate-services.ts'
import { SqliteFile } from './simulation/sqlite-file.ts'

/** `RAMP_SIMULATION_SEED=<seed>` repeats a run; a failure prints its seed and the least schedule that shows it. */
const SEED = Number(process.env['RAMP_SIMULATION_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const SCHEDULES = 800

/** None of the flaws takes more than some hundred schedules to be found; the seeds of these runs are their own. */
const SCHEDULES_WITH_A_FLAW = 2000

/** On a machine that runs other tests. */
const LIMIT_MS = 300_000

const anything = anythingOf(FAULTS, 2)

/** A verifier that nobody hears, and a machine that starts anew meanwhile, or from a copy, while changes are made. */
const otherRun = fc
  .record({
    kind: fc.constantFrom('reboot' as const, 'restored copy' as const),
    target: fc.nat(2),
    forMs: between(1, 4000),
    changes: fc.array(changeAt(fc.nat(2500)), { minLength: 2, maxLength: 12, size: 'max' }),
  })
  .map(({ kind, target, forMs, changes }) => ({
    faults: [
      { kind: 'swallowing network' as const, target, forMs: 3500, atMs: 2000 },
      { kind, target, forMs, atMs: 2100 },
    ],
    changes: changes.map((change) => ({ ...change, atMs: 2100 + change.atMs })),
  }))

/** A verifier that comes back when its lease is nearly over, by clocks of which one is wrong, while changes are made. */
const closeCall = fc
  .record({
    kind: fc.constantFrom('pause' as const, 'suspend' as const, 'swallowing network' as const),
    target: fc.nat(2),
    forMs: between(2000, 4000),
    isSet: fc.boolean(),
    changes: fc.array(changeAt(fc.nat(4000)), { minLength: 4, maxLength: 12, size: 'max' }),
  })
  .map(({ kind, target, forMs, isSet, changes }) => ({
    faults: [
      ...(isSet ? [{ kind: 'set the wall clock' as const, target, forMs, atMs: 1500 }] : []),
      { kind, target, forMs, atMs: 1000 },
    ],
    changes: changes.map((change) => ({ ...change, atMs: 1000 + change.atMs })),
  }))

const schedule: fc.Arbitrary<Schedule<FaultKind>> = fc
  .tuple(fc.nat(), fc.oneof({ arbitrary: anything, weight: 2 }, otherRun, closeCall))
  .map(([seed, happening]) => ({ seed, ...happening }))

let file: SqliteFile
beforeAll(async () => {
  file = await SqliteFile.open()
})

test('Whatever happens when, no verifier in a service accepts what is stale, and all is well again afterwards', {
  timeout: LIMIT_MS,
}, async () => {
  const seen = { fromMemory: 0, answered: 0 }
  await fc.assert(
    fc.asyncProperty(schedule, async (happening) => {
      const outcome = await simulate(file, happening)
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
    expect(await simulate(file, happening)).toEqual(await simulate(file, happening))
  }
})

/**
 * One rule more, not to keep what was read before a doubt, breaks nothing here: SQLite writes a registration at the very epoch that
 * it names. The simulation of PostgreSQL, where that takes a while, finds it.
 */
const FLAWS: Record<string, Flaws> = {
  'believes without a lease': { coherent: (real) => ({ ...real, isTrusted: () => real.appliedEpoch() > 0 }) },
  'keeps what was read before a change': {
    coherent: (real) => ({ ...real, mayKeep: (fill) => real.mayKeep(fill, Number.POSITIVE_INFINITY) }),
  },
  'keeps its cache at a doubt': { keepsCache: true },
  'asks the monotonic clock only': { time: (real) => ({ ...real, wall: () => 0 }) },
  'asks the wall clock only': { time: (real) => ({ ...real, monotonic: () => 0 }) },
  'shares an answer that was asked for before': { sharesOlder: true },
  'takes a lease for longer than it is': { shortensLeases: true },
  'does not notice that its row is gone': { ignoresRows: true },
  'reports what it has not applied': { reportsUnapplied: true },
  'does not notice that changes were pruned': { hidesGaps: true },
  'answers before settlement': { answersUnsettled: true },
  'answers repetitions before settlement': { answersRepetitions: true },
  'passes over leases that are over': { passesOver: true },
  'does not wait for leases of another run': { forgetsLoss: true },
  'lets only the first change wait for leases of another run': { forgetsLossSoon: true },
  'takes a copy of the file for the file': { missesCopies: true },
  'does not know a copy from before the first verifier': { notesLate: true },
}

test.for(Object.entries(FLAWS))('It is found out that one %s', { timeout: LIMIT_MS }, async ([, flaws]) => {
  expect(await firstStale(flaws)).toMatch(/after \d+ was answered/)
})

async function firstStale(flaws: Flaws): Promise<Outcome['stale']> {
  for (const happening of fc.sample(schedule, { numRuns: SCHEDULES_WITH_A_FLAW, seed: 1 })) {
    const { stale } = await simulate(file, happening, flaws)
    if (stale !== undefined) return stale
  }
  return undefined
}
