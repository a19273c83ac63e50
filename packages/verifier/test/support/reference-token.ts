/** docs/token-format.md a second time, on Node's zlib, so that the tests do not ask the code whether the code is right. */
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import type { TokenKind } from '../../src/token-format.ts'

export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export function referenceChecksum(checked: string): string {
  let rest = BigInt(crc32(checked))
  let digits = ''
  for (; rest > 0n; rest /= 62n) digits = BASE62.charAt(Number(rest % 62n)) + digits
  return digits.padStart(6, '0')
}

export interface ReferenceToken {
  readonly prefix: string
  readonly kind: TokenKind
  readonly id: string
  readonly text: string
}

const base62 = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...BASE62), minLength: length, maxLength: length })

export const anyPrefix = fc.stringMatching(/^[a-z][a-z0-9]{0,19}$/)

export const anyKind = fc.constantFrom<TokenKind>('pat', 'service')

export const anyToken: fc.Arbitrary<ReferenceToken> = fc
  .record({ prefix: anyPrefix, kind: anyKind, id: base62(12), secret: base62(32) })
  .map(({ prefix, kind, id, secret }) => {
    const checked = `${prefix}_${{ pat: 'pat', service: 'sat' }[kind]}_${id}${secret}`
    return { prefix, kind, id, text: checked + referenceChecksum(checked) }
  })
