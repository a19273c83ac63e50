/** spec/token-vectors.json is what other languages test themselves against: it must agree with this code, and with zlib. */
import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { parseToken, secretScannerPattern, type TokenKind, tokenName } from '../src/token-format.ts'
import { referenceChecksum } from './support/reference-token.ts'

interface Vectors {
  readonly valid: readonly {
    readonly note: string
    readonly prefix: string
    readonly kind: TokenKind
    readonly id: string
    readonly secret: string
    readonly crc32: string
    readonly checksum: string
    readonly text: string
  }[]
  readonly invalid: readonly { readonly reason: string; readonly prefix: string; readonly text: string }[]
}

const vectors: Vectors = JSON.parse(readFileSync(new URL('../../../spec/token-vectors.json', import.meta.url), 'utf8'))

describe('valid vectors', () => {
  test.each(vectors.valid)('$note', ({ prefix, kind, id, secret, crc32: crc, checksum, text }) => {
    const checked = tokenName(prefix, kind, id) + secret
    expect(crc32(checked).toString(16).padStart(8, '0')).toBe(crc)
    expect(referenceChecksum(checked)).toBe(checksum)
    expect(checked + checksum).toBe(text)

    expect(parseToken(text, prefix)).toEqual({ kind, id })
    expect(text.match(secretScannerPattern(prefix))?.[0]).toBe(text)
    expect(text.match(secretScannerPattern())?.[0]).toBe(text)
  })
})

describe('invalid vectors', () => {
  test.each(vectors.invalid)('$reason', ({ prefix, text }) => {
    expect(parseToken(text, prefix)).toBeUndefined()
  })
})

test('no vector is there twice', () => {
  const cases = [...vectors.valid, ...vectors.invalid].map(({ prefix, text }) => `${prefix} ${text}`)
  expect(new Set(cases).size).toBe(cases.length)
})
