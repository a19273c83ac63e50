import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  generateToken,
  isTokenId,
  isTokenPrefix,
  parseToken,
  secretScannerPattern,
  tokenName,
} from '../src/token-format.ts'
import { BASE62, referenceChecksum } from './support/reference-token.ts'

const NOT_PREFIXES = [
  '',
  'RAMP',
  'Ramp',
  '2ramp',
  'my_ramp',
  'my-ramp',
  'ramp ',
  ' ramp',
  'ramp\n',
  'rämp',
  'a'.repeat(21),
]

afterEach(() => {
  vi.restoreAllMocks()
})

describe('generateToken', () => {
  test('makes prefix, kind, id, secret and the checksum that zlib computes', () => {
    const { id, text } = generateToken('ramp', 'pat', (length) => new Uint8Array(length))
    expect(id).toBe('000000000000')
    const checked = `ramp_pat_${'0'.repeat(44)}`
    expect(text).toBe(checked + referenceChecksum(checked))
  })

  test('a service account has tokens of its own kind', () => {
    expect(generateToken('acme', 'service').text).toMatch(/^acme_sat_[0-9A-Za-z]{50}$/)
  })

  test('takes its randomness from the platform, and never from Math.random', () => {
    const getRandomValues = vi.spyOn(globalThis.crypto, 'getRandomValues')
    const mathRandom = vi.spyOn(Math, 'random')
    const first = generateToken('ramp', 'pat')
    const second = generateToken('ramp', 'pat')

    expect(getRandomValues).toHaveBeenCalled()
    expect(mathRandom).not.toHaveBeenCalled()
    expect(first.id).not.toBe(second.id)
    expect(first.text.slice(21, 53)).not.toBe(second.text.slice(21, 53))
  })

  test('throws away the bytes that would favour some digits', () => {
    const bytes = [248, 249, 255, 61, 62, 247]
    let next = 0
    const { id } = generateToken('ramp', 'pat', (length) => Uint8Array.from({ length }, () => bytes[next++ % 6] ?? 0))
    expect(id).toBe('z0zz0zz0zz0z')
  })

  test('all digits are equally likely (chi-square, 61 degrees of freedom)', () => {
    const randomBytes = seededBytes(20_260_101)
    const counts = new Map([...BASE62].map((digit) => [digit, 0]))
    const tokens = 2000
    for (let i = 0; i < tokens; i++) {
      for (const digit of generateToken('ramp', 'pat', randomBytes).text.slice(9, 53)) {
        counts.set(digit, (counts.get(digit) ?? 0) + 1)
      }
    }

    const expected = (tokens * 44) / 62
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    // Mean 61, standard deviation 11. A plain `byte % 62` gives some 600.
    expect(chiSquare).toBeLessThan(61 + 6 * 11)
    expect(counts.size).toBe(62)
  })

  test.each(NOT_PREFIXES)('refuses the prefix %j', (prefix) => {
    expect(() => generateToken(prefix, 'pat')).toThrow(RangeError)
  })
})

describe('parseToken', () => {
  test('returns neither the secret nor the text', () => {
    const { id, text } = generateToken('ramp', 'pat')
    expect(Object.entries(parseToken(text, 'ramp') ?? {})).toEqual([
      ['kind', 'pat'],
      ['id', id],
    ])
  })

  test('keeps prefixes apart, however calls alternate', () => {
    const ours = generateToken('ramp', 'pat')
    const theirs = generateToken('acme', 'service')
    for (let i = 0; i < 3; i++) {
      expect(parseToken(ours.text, 'ramp')?.id).toBe(ours.id)
      expect(parseToken(ours.text, 'acme')).toBeUndefined()
      expect(parseToken(theirs.text, 'acme')?.id).toBe(theirs.id)
      expect(parseToken(theirs.text, 'ramp')).toBeUndefined()
    }
  })

  test.each(NOT_PREFIXES)('knows no token of the prefix %j', (prefix) => {
    const checked = `${prefix}_pat_${'0'.repeat(44)}`
    expect(parseToken(checked + referenceChecksum(checked), prefix)).toBeUndefined()
  })

  test('an unpaired surrogate is no digit', () => {
    const { text } = generateToken('ramp', 'pat')
    expect(parseToken(`${text.slice(0, 20)}\ud800${text.slice(21)}`, 'ramp')).toBeUndefined()
  })
})

test('tokenName is prefix, kind and id', () => {
  expect(tokenName('ramp', 'pat', '0123456789AB')).toBe('ramp_pat_0123456789AB')
  expect(tokenName('acme', 'service', '0123456789AB')).toBe('acme_sat_0123456789AB')
})

test('isTokenId takes 12 base62 characters and nothing else', () => {
  for (const id of ['000000000000', 'zzzzzzzzzzzz', '09AZaz09AZaz']) expect(isTokenId(id), id).toBe(true)
  const others = ['', '0123456789A', '0123456789ABC', '0123456789A_', '0123456789AB\n', ' 123456789AB', '０123456789AB']
  for (const id of others) expect(isTokenId(id), id).toBe(false)
})

test('isTokenPrefix takes 1 to 20 lower-case letters and digits, a letter first', () => {
  for (const prefix of ['a', 'ramp', 'acme2024', 'a'.repeat(20)]) expect(isTokenPrefix(prefix), prefix).toBe(true)
  for (const prefix of NOT_PREFIXES) expect(isTokenPrefix(prefix), prefix).toBe(false)
})

describe('secretScannerPattern', () => {
  test('uses nothing that RE2 lacks, and no capturing group', () => {
    for (const pattern of [secretScannerPattern(), secretScannerPattern('ramp')]) {
      expect(pattern).not.toMatch(/\((?!\?:)|\(\?[=!<]|\\[1-9]/)
    }
  })

  test('a pattern for one prefix passes over the tokens of another', () => {
    expect(generateToken('acme', 'pat').text).not.toMatch(new RegExp(secretScannerPattern('ramp')))
  })

  test('a longer run of base62 characters is no token', () => {
    const { text } = generateToken('ramp', 'pat')
    for (const longer of [`${text}0`, `x${text}`]) expect(longer).not.toMatch(new RegExp(secretScannerPattern('ramp')))
  })

  test.each(NOT_PREFIXES)('refuses the prefix %j', (prefix) => {
    expect(() => secretScannerPattern(prefix)).toThrow(RangeError)
  })
})

test('the module imports nothing, so that it runs in every JavaScript runtime', () => {
  const source = readFileSync(new URL('../src/token-format.ts', import.meta.url), 'utf8')
  expect(source).not.toMatch(/^\s*(import|export .* from)\b|\b(import|require)\(|\bprocess\.|\bBuffer\b/m)
  const { dependencies = {} } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(dependencies).toEqual({})
})

/** Mulberry32: not secure, but the same bytes in every run, so that a statistical test never fails by chance. */
function seededBytes(seed: number): (length: number) => Uint8Array {
  let state = seed
  const nextByte = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) >>> 24
  }
  return (length) => Uint8Array.from({ length }, nextByte)
}
