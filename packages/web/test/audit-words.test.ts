import { describe, expect, test } from 'vitest'
import { repetitionsInWords } from '../src/audit/audit-words.ts'

describe('An event that counts refusals', () => {
  test.each([
    [{ code: 'x' }, ''],
    [{ count: 1 }, ' once more'],
    [{ count: 1234 }, ' 1,234 more times'],
  ])('%j reads "%s"', (detail, words) => {
    expect(repetitionsInWords({ detail })).toBe(words)
  })
})
