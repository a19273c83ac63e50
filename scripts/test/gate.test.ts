/** `.ci/run` and `npm test` refuse a suite with a failure, of whatever kind. */
import { expect, test } from 'vitest'
import { PROJECTS, runGate } from './planted-suite.ts'

/** Four runs of Vitest, one of them with every project. */
const HANG_MS = 180_000

test('A good suite is accepted', { timeout: HANG_MS }, async () => {
  const { status, output } = await runGate({ client: `test('planted', () => {})` })
  expect(output).toMatch(/^1 passed, 0 failed, 0 skipped\n$/m)
  expect(status).toBe(0)
})

test('A test that fails, in each project', { timeout: HANG_MS }, async () => {
  const failing = `test('planted', () => expect(1).toBe(2))`
  const { status, output } = await runGate(Object.fromEntries(PROJECTS.map((project) => [project, failing])))
  const failed = output.split('\n').filter((line) => /^Failed: .* › planted$/.test(line))
  expect(failed.map((line) => line.split(' ')[1]).sort()).toEqual([...PROJECTS].sort())
  expect(output).toContain('npm test ended with status 1.')
  expect(output.trimEnd().split('\n').at(-1)).toBe(`0 passed, ${PROJECTS.length} failed, 0 skipped`)
  expect(status).toBe(1)
})

test.each([
  [
    'An error that nothing handles',
    `test('planted', () => void Promise.reject(new Error('planted')))`,
    'Unhandled error: planted',
  ],
  [
    'A file that does not load',
    `throw new Error('planted')`,
    'Broken: client packages/client/test/planted.test.ts: planted',
  ],
])('%s', { timeout: HANG_MS }, async (_, body, reason) => {
  const { status, output } = await runGate({ client: body, verifier: `test('good', () => {})` })
  expect(output).toContain(reason)
  expect(output).toContain('npm test ended with status 1.')
  expect(output.trimEnd()).toMatch(/\n\d passed, 1 failed, 0 skipped$/)
  expect(status).toBe(1)
})
