/** The judge of a fault run can say no: each kind of violation, planted. */
import { describe, expect, test } from 'vitest'
import { checkHistory } from './check-history.ts'
import { CallRecorder, type History } from './history.ts'

const accepted = { outcome: 'accepted', reason: '' } as const
const refused = { outcome: 'refused', reason: 'revoked' } as const
const unavailable = { outcome: 'unavailable', reason: '503' } as const

type Call = readonly [result: typeof accepted | typeof refused | typeof unavailable, start: number, end: number]

/** A token made at 0, revoked from 100 to 110, and these calls of one caller. */
function historyOf(calls: readonly Call[], rest: Partial<History> = {}): History {
  const recorder = new CallRecorder('node 1')
  for (const [result, start, end] of calls) recorder.note('token', result, start, end)
  return {
    callers: [],
    calls: recorder.take(),
    creations: [{ token: 'token', answered: 0 }],
    removals: [{ tokens: ['token'], kind: 'revoked', start: 100, answered: 110 }],
    faults: [],
    recovered: 1_000_000,
    ...rest,
  }
}

const rulesBroken = (history: History) => checkHistory(history).map(({ rule }) => rule)

describe('A history in which nothing is wrong', () => {
  test.each<[string, readonly Call[]]>([
    ['accepted before the removal', [[accepted, 10, 20]]],
    ['accepted by a call that began before the answer and ended long after', [[accepted, 109, 500]]],
    ['refused while the removal is under way', [[refused, 90, 101]]],
    ['refused afterwards', [[refused, 120, 130]]],
    [
      'either way while it is under way',
      [
        [refused, 100, 102],
        [accepted, 103, 108],
        [refused, 111, 112],
      ],
    ],
  ])('%s', (_name, calls) => {
    expect(checkHistory(historyOf(calls))).toEqual([])
  })

  test('no answer while a fault allows it, and a while after', () => {
    const faults = [{ kind: 'killed', callers: ['node 1'], from: 20, to: 40 }]
    expect(checkHistory(historyOf([[unavailable, 10, 25]], { faults }))).toEqual([])
    expect(checkHistory(historyOf([[unavailable, 3000, 3010]], { faults }))).toEqual([])
  })

  test('a removal that was never answered promises nothing', () => {
    const removals = [{ tokens: ['token'], kind: 'revoked' as const, start: 100, answered: null }]
    expect(checkHistory(historyOf([[accepted, 5000, 5001]], { removals }))).toEqual([])
  })
})

/** The same calls, handed out by a process after every so many, and by another in its place after it was killed. */
function handedOut(calls: readonly Call[], atOnce: number): History['calls'] {
  const judged = new CallRecorder('verifier 1')
  for (let from = 0; from < calls.length; from += atOnce) {
    const process = new CallRecorder('verifier 1')
    for (const [result, start, end] of calls.slice(from, from + atOnce)) process.note('token', result, start, end)
    for (const each of process.take()) judged.add(each)
  }
  return judged.take()
}

describe.each([1, 2, 3, 100])('What is handed out %i at a time', (atOnce) => {
  const well: Call[] = [
    ...Array.from({ length: 20 }, (_, index): Call => [accepted, index, index + 1]),
    [refused, 103, 104],
    [accepted, 105, 300],
    [refused, 301, 302],
  ]

  test('is judged as one history', () => {
    expect(checkHistory(historyOf([], { calls: handedOut(well, atOnce) }))).toEqual([])
  })

  test('is counted once', () => {
    const counted = handedOut(well, atOnce).reduce((sum, { count }) => sum + count, 0)
    expect(counted).toBe(well.length)
  })

  test.each<[string, readonly Call[], string]>([
    ['a stale acceptance as the last thing before a kill', [...well, [accepted, 303, 304]], 'stale acceptance'],
    [
      'a stale acceptance, and acceptances before the removal by whom it replaced',
      [...well.slice(0, 20), [accepted, 111, 112]],
      'stale acceptance',
    ],
    ['a wrong refusal as the first thing of all', [[refused, 10, 20], ...well], 'wrong refusal'],
    ['an outage that no fault explains', [...well, [unavailable, 303, 304]], 'unavailable without a fault'],
  ])('is found wrong for %s', (_name, calls, rule) => {
    expect(rulesBroken(historyOf([], { calls: handedOut(calls, atOnce) }))).toEqual([rule])
  })
})

describe('A planted violation is found', () => {
  test('an acceptance that began after the removal was answered, among many that did not', () => {
    const calls = Array.from({ length: 50 }, (_, index): Call => [accepted, index, index + 1])
    expect(rulesBroken(historyOf([...calls, [accepted, 110.1, 111]]))).toEqual(['stale acceptance'])
  })

  test('one acceptance after refusals', () => {
    const calls: Call[] = [
      [refused, 111, 112],
      [accepted, 113, 114],
      [refused, 115, 116],
    ]
    expect(rulesBroken(historyOf(calls))).toEqual(['stale acceptance'])
  })

  test('a refusal before anybody asked for a removal, be it the first of many', () => {
    const calls: Call[] = [
      [refused, 10, 20],
      [refused, 120, 130],
    ]
    expect(rulesBroken(historyOf(calls))).toEqual(['wrong refusal'])
  })

  test('a refusal of a token that nobody touched', () => {
    expect(rulesBroken(historyOf([[refused, 10, 20]], { removals: [] }))).toEqual(['wrong refusal'])
  })

  test('no answer without a fault, during another’s, or too long after', () => {
    const faults = [{ kind: 'killed', callers: ['node 2'], from: 0, to: 40 }]
    const rule = 'unavailable without a fault'
    expect(rulesBroken(historyOf([[unavailable, 10, 20]]))).toEqual([rule])
    expect(rulesBroken(historyOf([[unavailable, 10, 20]], { faults }))).toEqual([rule])
    const over = [{ kind: 'killed', callers: ['node 1'], from: 0, to: 40 }]
    expect(rulesBroken(historyOf([[unavailable, 20_000, 20_001]], { faults: over }))).toEqual([rule])
  })

  test('a token that was answered as made and is not there at the end', () => {
    const history = historyOf([[refused, 120, 130]], { removals: [], recovered: 110 })
    expect(rulesBroken(history)).toContain('lost')
  })

  test('a caller that is not heard any more: one that was killed and never replaced, say', () => {
    const callers = ['node 1', 'node 2']
    const calls: Call[] = [[accepted, 10, 20]]
    expect(rulesBroken(historyOf(calls, { callers, recovered: 50 }))).toEqual(['silent', 'silent'])
    expect(rulesBroken(historyOf([...calls, [accepted, 60, 70]], { callers, recovered: 50 }))).toEqual(['silent'])
  })
})
