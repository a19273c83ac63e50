/** The list of mutations fits the sources, so that `npm run mutants` can always be run. */
import { existsSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { MUTATIONS } from '../mutants/list.ts'
import { identify, type Mutation, mutate } from '../mutants/mutation.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

describe('Every mutation of the list', () => {
  test('replaces a text that its file contains once, and leaves TypeScript', () => {
    expect(MUTATIONS.flatMap(problemsOf)).toEqual([])
  })

  test('names test files that exist', () => {
    const named = new Set(MUTATIONS.flatMap(({ tests }) => tests))
    expect([...named].filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
    expect(MUTATIONS.filter(({ tests }) => tests.length === 0)).toEqual([])
  })

  test('is there once', () => {
    expect(new Set(MUTATIONS.map(identify)).size).toBe(MUTATIONS.length)
  })
})

function problemsOf(mutation: Mutation): string[] {
  try {
    stripTypeScriptTypes(mutate(readFileSync(join(ROOT, mutation.file), 'utf8'), mutation))
    return []
  } catch (error) {
    return [`${mutation.file}: ${mutation.text}: ${error}`]
  }
}
