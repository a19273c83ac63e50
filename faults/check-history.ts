import type { Calls, Fault, History, Removal } from './history.ts'

/** What must never be in a history. */
export interface Violation {
  readonly rule: 'stale acceptance' | 'wrong refusal' | 'unavailable without a fault' | 'lost' | 'silent'
  readonly detail: string
}

/** After a fault, nodes and verifiers connect anew, with pauses of up to four seconds. */
const RECOVERY_MS = 6000

/**
 * Judges a history by itself, knowing nothing of RAMP's code:
 * no acceptance that began after an answered removal; no refusal of a token whose removal had not begun; no "cannot say"
 * but while a fault allows it; and at the end, whatever was answered is there, and so is everybody who calls.
 */
export function checkHistory(history: History): Violation[] {
  const removals = new Map(history.removals.flatMap((removal) => removal.tokens.map((token) => [token, removal])))
  return [
    ...history.calls.flatMap((calls) => judge(calls, removals.get(calls.token), history.faults)),
    ...lost(history, removals),
    ...silent(history),
  ]
}

function judge(calls: Calls, removal: Removal | undefined, faults: readonly Fault[]): Violation[] {
  switch (calls.outcome) {
    case 'accepted':
      return removal?.answered != null && calls.lastStart > removal.answered
        ? [stale(calls, removal.kind, removal.answered)]
        : []
    case 'refused':
      return wrongRefusal(calls, removal?.start)
    case 'unavailable':
      return isAllowed(calls, faults) ? [] : [{ rule: 'unavailable without a fault', detail: describe(calls) }]
  }
}

function stale(calls: Calls, kind: string, answered: number): Violation {
  const late = (calls.lastStart - answered).toFixed(1)
  return { rule: 'stale acceptance', detail: `${describe(calls)} began ${late} ms after "${kind}" was answered` }
}

/** A call may begin before a removal does and be decided after it: only what ended before is wrong. */
function wrongRefusal(calls: Calls, removalStart = Number.POSITIVE_INFINITY): Violation[] {
  return calls.firstEnd < removalStart ? [{ rule: 'wrong refusal', detail: describe(calls) }] : []
}

function isAllowed({ caller, firstStart, lastEnd }: Calls, faults: readonly Fault[]): boolean {
  return faults.some(
    ({ callers, from, to }) => callers.includes(caller) && lastEnd >= from && firstStart <= to + RECOVERY_MS,
  )
}

/** Every caller's last word on every token, if it came after everything was well again. */
function lost(history: History, removals: ReadonlyMap<string, Removal>): Violation[] {
  const created = new Set(history.creations.map(({ token }) => token))
  return history.calls.flatMap((calls): Violation[] => {
    if (calls.lastStart < history.recovered || calls.outcome === 'accepted') return []
    const isMissing = created.has(calls.token) && !removals.has(calls.token)
    return isMissing ? [{ rule: 'lost', detail: `${describe(calls)} at the end` }] : []
  })
}

/** Of somebody who calls no more, nothing else here would be found wrong. */
function silent({ callers, calls, recovered }: History): Violation[] {
  const heard = new Set(calls.filter(({ lastStart }) => lastStart >= recovered).map(({ caller }) => caller))
  return callers
    .filter((caller) => !heard.has(caller))
    .map((caller) => ({ rule: 'silent', detail: `${caller} has not called since everything was well again` }))
}

function describe({ caller, token, outcome, reason, count }: Calls): string {
  return `${caller}: ${token} ${outcome}${reason ? ` (${reason})` : ''} × ${count}`
}
