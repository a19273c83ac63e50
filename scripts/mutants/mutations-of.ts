import type { Mutation } from './mutation.ts'

/** Text, replacement, what it breaks, and why it is equivalent if it is. */
type Entry = readonly [text: string, replacement: string, breaks: string, equivalent?: string]

/** The mutations of one file. A test is named by its path below `packages/server/test`, without `.test.ts`. */
export function mutationsOf(file: string, tests: readonly string[], entries: readonly Entry[]): readonly Mutation[] {
  return entries.map(([text, replacement, breaks, equivalent]) => ({
    file,
    text,
    replacement,
    breaks,
    tests: tests.map((name) => `packages/server/test/${name}.test.ts`),
    ...(equivalent !== undefined && { equivalent }),
  }))
}
