import fc from 'fast-check'
import { expect, test } from 'vitest'
import { generateToken, parseToken, secretScannerPattern, tokenName } from '../src/token-format.ts'
import { anyKind, anyPrefix, anyToken, BASE62 } from './support/reference-token.ts'

const anyCodeUnit = fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit))
/** Mostly what a slip of the finger gives, sometimes anything. */
const anyCharacter = fc.oneof(fc.constantFrom(...BASE62, '_', '-', ' ', '\n'), anyCodeUnit)

test('every token of the format is read, with its kind and id', () => {
  fc.assert(
    fc.property(anyToken, ({ prefix, kind, id, text }) => {
      expect(parseToken(text, prefix)).toEqual({ kind, id })
    }),
  )
})

test('every generated token is read back, and begins with its public name', () => {
  fc.assert(
    fc.property(anyPrefix, anyKind, (prefix, kind) => {
      const { id, text } = generateToken(prefix, kind)
      expect(parseToken(text, prefix)).toEqual({ kind, id })
      expect(text.startsWith(tokenName(prefix, kind, id))).toBe(true)
      expect(text).toHaveLength(prefix.length + 55)
    }),
  )
})

test('a token with any one character changed is refused', () => {
  fc.assert(
    fc.property(anyToken, anyCharacter, ({ prefix, text }, character) => {
      for (let i = 0; i < text.length; i++) {
        const changed = text.slice(0, i) + character + text.slice(i + 1)
        if (changed !== text) expect(parseToken(changed, prefix), changed).toBeUndefined()
      }
    }),
  )
})

test('a token with any one character missing is refused', () => {
  fc.assert(
    fc.property(anyToken, ({ prefix, text }) => {
      for (let i = 0; i < text.length; i++) {
        expect(parseToken(text.slice(0, i) + text.slice(i + 1), prefix)).toBeUndefined()
      }
    }),
  )
})

test('a token with any one character added is refused', () => {
  fc.assert(
    fc.property(anyToken, anyCharacter, ({ prefix, text }, character) => {
      for (let i = 0; i <= text.length; i++) {
        expect(parseToken(text.slice(0, i) + character + text.slice(i), prefix)).toBeUndefined()
      }
    }),
  )
})

// Certain for the checked part (CRC-32 finds every burst of up to 32 bits), and within the checksum (another number).
// Between the two as well: a swap there adds a multiple of 62^5, so of 32, to the checksum that is written, while the one
// that is computed changes in one of its lowest five bits, whichever two of the digits 0 to 4 are swapped.
test('a token with any two different neighbours swapped is refused', () => {
  fc.assert(
    fc.property(anyToken, ({ prefix, text }) => {
      for (let i = 0; i + 1 < text.length; i++) {
        const swapped = text.slice(0, i) + text.charAt(i + 1) + text.charAt(i) + text.slice(i + 2)
        if (swapped !== text) expect(parseToken(swapped, prefix), swapped).toBeUndefined()
      }
    }),
  )
})

test('a token of another prefix is refused', () => {
  fc.assert(
    fc.property(anyToken, anyPrefix, ({ prefix, text }, otherPrefix) => {
      fc.pre(prefix !== otherPrefix)
      expect(parseToken(text, otherPrefix)).toBeUndefined()
    }),
  )
})

test('no text and no prefix makes the parser throw, and none of these is a token', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.string({ unit: anyCodeUnit, minLength: 59, maxLength: 59 }),
    fc.string({ unit: anyCodeUnit, minLength: 50, maxLength: 50 }).map((tail) => `ramp_pat_${tail}`),
    fc
      .string({ unit: fc.constantFrom(...BASE62), minLength: 44, maxLength: 44 })
      .map((body) => `ramp_pat_${body}zzzzzz`),
  )
  fc.assert(
    fc.property(anyText, fc.oneof(fc.constant('ramp'), anyText), (text, prefix) => {
      expect(parseToken(text, prefix)).toBeUndefined()
    }),
    { numRuns: 1000 },
  )
})

test('the scanner patterns find every token in other text, and nothing but the token', () => {
  const around = fc.constantFrom('', ' ', '\n', '"', "'", '=', ':', '/', '(', ')', '`', ',', ';', '<', '>', '-', '.')
  fc.assert(
    fc.property(anyToken, around, around, ({ prefix, text }, before, after) => {
      for (const pattern of [secretScannerPattern(prefix), secretScannerPattern()]) {
        const found = `TOKEN${before || '='}${text}${after}`.match(new RegExp(pattern, 'g'))
        expect(found).toEqual([text])
      }
    }),
  )
})
