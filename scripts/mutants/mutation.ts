/** One small, realistic mistake in a guard. The tests must notice it. */
export interface Mutation {
  readonly file: string
  /** Occurs exactly once in the file. */
  readonly text: string
  readonly replacement: string
  /** What would go wrong for a user of RAMP. */
  readonly breaks: string
  /** The test files that should fail. */
  readonly tests: readonly string[]
  /** Why no test can tell the mutation from the original, if none can. */
  readonly equivalent?: string
}

/** Throws if the source has changed since the mutation was written. */
export function mutate(source: string, { file, text, replacement }: Mutation): string {
  const occurrences = source.split(text).length - 1
  if (occurrences !== 1) throw new Error(`${file} contains the text ${occurrences} times instead of once: ${text}`)
  return source.replace(text, () => replacement)
}

/** Stable as long as the mutation is the same. */
export const identify = ({ file, text, replacement }: Mutation) => JSON.stringify([file, text, replacement])

/** One line for people. */
export const describe = ({ file, breaks }: Mutation) => `${file}: ${breaks}`
