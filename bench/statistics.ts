/** What is reported of several rounds. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** A line of the report, and what it has to hold. */
export interface Row {
  readonly what: string
  readonly value: Spread
  readonly bound?: { readonly atLeast: number } | { readonly atMost: number }
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const median = ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2
  return { median, min: sorted[0] as number, max: sorted.at(-1) as number }
}

/** Ratios round by round: both sides of each were measured next to each other, so the machine's moods cancel out. */
export function ratios(over: readonly number[], under: readonly number[]): Spread {
  return spread(over.map((value, round) => value / (under[round] as number)))
}
