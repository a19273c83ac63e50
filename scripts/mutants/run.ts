/**
 * `npm run mutants`: applies the mutations of `list/` one at a time, each in a copy of the repository, and runs the tests
 * that should catch it. Prints every survivor. Fails if fewer than 95 of 100 are caught.
 */
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { copyRepository } from './copy-repository.ts'
import { MUTATIONS } from './list.ts'
import { describe, type Mutation } from './mutation.ts'
import { Results } from './results.ts'
import { type Outcome, runTests, tryMutation } from './try-mutation.ts'

const LEAST_CAUGHT = 0.95

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const { values } = parseArgs({
  options: {
    /** Only mutations whose file or description contains this. */
    only: { type: 'string', default: '' },
    /** At the same time. */
    jobs: { type: 'string', default: '2' },
    /** Tries again only what the last run did not reach or did not catch. */
    resume: { type: 'boolean', default: false },
  },
})

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error('Stopped.')))

const chosen = MUTATIONS.filter((mutation) => mutation.equivalent === undefined && isChosen(mutation))
const results = values.resume ? Results.ofLastRun() : Results.empty()
const waiting = chosen.filter((mutation) => results.of(mutation)?.kind !== 'caught')
const copies = Array.from({ length: Number(values.jobs) }, () => copyRepository(ROOT))
try {
  await checkThatTestsPass(copies[0] ?? '')
  await Promise.all(copies.map(work))
} finally {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true })
}
summarise()

function isChosen(mutation: Mutation): boolean {
  return describe(mutation).includes(values.only)
}

/** A test that fails without any mutation would seem to catch every one. */
async function checkThatTestsPass(copy: string): Promise<void> {
  const tests = [...new Set(waiting.flatMap((mutation) => mutation.tests))]
  if (tests.length === 0) return
  const outcome = await runTests(copy, tests, stop.signal)
  if (outcome.kind !== 'survived') throw new Error(`Without any mutation: ${explain(outcome)}`)
}

async function work(copy: string): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const outcome = await tryMutation(copy, next, stop.signal)
    results.add(next, outcome)
    print(`${explain(outcome)} | ${describe(next)}`)
  }
}

function summarise(): void {
  const of = (kind: Outcome['kind']) => chosen.filter((mutation) => results.of(mutation)?.kind === kind)
  for (const mutation of of('survived'))
    print(`SURVIVED ${describe(mutation)}\n  - ${mutation.text}\n  + ${mutation.replacement}`)
  const caught = of('caught').length
  const others = `${of('survived').length} survived, ${of('broken').length} broken, ${of('timed out').length} timed out`
  const equivalent = MUTATIONS.filter((mutation) => mutation.equivalent !== undefined).length
  print(`${caught} of ${chosen.length} caught; ${others}; ${equivalent} in the list are equivalent`)
  if (caught < LEAST_CAUGHT * chosen.length) process.exitCode = 1
}

function explain(outcome: Outcome): string {
  if (outcome.kind === 'caught') return `caught by ${outcome.by}`
  return outcome.kind === 'broken' ? `broken: ${outcome.why}` : outcome.kind
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
