import fc from 'fast-check'

/** What a simulation lets happen and what it says of it; `Kind` are its faults. */
export interface Schedule<Kind extends string> {
  readonly seed: number
  readonly faults: readonly Fault<Kind>[]
  readonly changes: readonly { readonly atMs: number; readonly server: number; readonly subject: number }[]
}

export interface Fault<Kind extends string> {
  readonly atMs: number
  readonly kind: Kind
  /** One of the processes, as the simulation counts them. */
  readonly target: number
  readonly forMs: number
}

export interface Outcome {
  /** What was accepted though an answered change had ended it. */
  readonly stale: string | undefined
  /** What has not come although all faults were long over. */
  readonly stuck: string | undefined
  readonly fromMemory: number
  readonly answered: number
}

/** Faults begin and end before this. */
export const FAULTS_END_MS = 6000

export const between = (min: number, max: number) => fc.integer({ min, max })
const atMs = fc.nat(FAULTS_END_MS - 1000)
export const changeAt = (at: fc.Arbitrary<number>) => fc.record({ atMs: at, server: fc.nat(1), subject: fc.nat(2) })

/** What goes wrong with one process, or with what all of them need meanwhile: often several things at once. */
export function anythingOf<Kind extends string>(kinds: readonly Kind[], lastTarget: number) {
  const fault = fc.record({ kind: fc.constantFrom(...kinds), laterMs: fc.nat(600), forMs: between(1, 4000) })
  const trouble = fc
    .record({
      atMs,
      target: fc.nat(lastTarget),
      faults: fc.array(fault, { minLength: 1, maxLength: 3, size: 'max' }),
    })
    .map((one) =>
      one.faults.map(({ kind, laterMs, forMs }) => ({ kind, target: one.target, forMs, atMs: one.atMs + laterMs })),
    )
  return fc.record({
    faults: fc.array(trouble, { maxLength: 6, size: 'max' }).map((troubles) => troubles.flat()),
    changes: fc.array(changeAt(atMs), { maxLength: 16, size: 'max' }),
  })
}
