/**
 * The text of an access token: made, read and named. docs/token-format.md is normative.
 *
 * Not here: whether a token exists, is live, or what it may do. That takes a lookup by id and a comparison of digests.
 * Text from outside never throws: what is no token is `undefined`. A prefix of our own that cannot be one is a RangeError.
 * No imports, and of the platform only `crypto.getRandomValues`, so that it runs in every JavaScript runtime.
 */

/** A person's personal access token (`pat` in the text), or a service account's (`sat` in the text). */
export type TokenKind = 'pat' | 'service'

/** What the text of a token says before anything is looked up. The secret is not part of it. */
export interface ParsedToken {
  readonly kind: TokenKind
  /** Public: 12 base62 characters. */
  readonly id: string
}

/**
 * Reads a token whose prefix is `prefix`; `undefined` if the text is anything else, be it by one character.
 * A result means "well formed", never "authentic": anyone can compute the checksum, which is there for typos and scanners.
 *
 * Called for each request, so the alphabet and the checksum are checked in one pass, without allocation but the result's.
 */
export function parseToken(text: string, prefix: string): ParsedToken | undefined {
  if (prefix !== known.prefix) known = { prefix, heads: headsOf(prefix) }

  for (const head of known.heads) {
    const idStart = head.text.length
    const checksumStart = idStart + ID_LENGTH + SECRET_LENGTH
    if (text.length !== checksumStart + CHECKSUM_LENGTH || !text.startsWith(head.text)) continue

    let crc = head.crc
    for (let i = idStart; i < checksumStart; i++) {
      const codeUnit = text.charCodeAt(i)
      // First the alphabet: the checksum sees eight bits, and U+0130 ends in the eight bits of "0".
      if (digitValue(codeUnit) < 0) return undefined
      crc = crcOfByte(crc, codeUnit)
    }

    // Not with bitwise operators: six digits reach 62^6 > 2^32, and modulo 2^32 a token would have several checksums.
    let checksum = 0
    for (let i = checksumStart; i < text.length; i++) {
      const digit = digitValue(text.charCodeAt(i))
      if (digit < 0) return undefined
      checksum = checksum * 62 + digit
    }
    if (checksum !== crcResult(crc)) return undefined

    return { kind: head.kind, id: text.slice(idStart, idStart + ID_LENGTH) }
  }
  return undefined
}

/**
 * Makes a new token. `text` is the secret: hand it out once, store its SHA-256. `id` is public.
 *
 * @param randomBytes Returns that many bytes of a cryptographically secure generator. Tests alone pass their own.
 * @throws RangeError if `prefix` is not a token prefix.
 */
export function generateToken(
  prefix: string,
  kind: TokenKind,
  randomBytes: (length: number) => Uint8Array = secureRandomBytes,
): { readonly id: string; readonly text: string } {
  requireTokenPrefix(prefix)
  const id = randomBase62(ID_LENGTH, randomBytes)
  const checked = tokenName(prefix, kind, id) + randomBase62(SECRET_LENGTH, randomBytes)
  return { id, text: checked + checksumOf(checked) }
}

/** A token's public name, `ramp_pat_<id>`: how pages, logs and the audit trail speak of it. */
export function tokenName(prefix: string, kind: TokenKind, id: string): string {
  return headText(prefix, kind) + id
}

/** Is it 12 base62 characters? */
export function isTokenId(text: string): boolean {
  return /^[0-9A-Za-z]{12}$/.test(text)
}

/** Is it 1 to 20 lower-case letters and digits, a letter first? */
export function isTokenPrefix(text: string): boolean {
  return /^[a-z][a-z0-9]{0,19}$/.test(text)
}

/**
 * The source of a regular expression that finds every token of `prefix`, or without one of any prefix, in other text.
 * It is within what RE2, Hyperscan, PCRE, Python and JavaScript agree on, and has no capturing group:
 * scanners would take the group for the secret. A match can still fail `parseToken`.
 *
 * @throws RangeError if `prefix` is not a token prefix.
 */
export function secretScannerPattern(prefix?: string): string {
  if (prefix !== undefined) requireTokenPrefix(prefix)
  return `\\b${prefix ?? '[a-z][a-z0-9]{0,19}'}_(?:pat|sat)_[0-9A-Za-z]{50}\\b`
}

const ID_LENGTH = 12
const SECRET_LENGTH = 32
const CHECKSUM_LENGTH = 6

const KINDS: readonly TokenKind[] = ['pat', 'service']

function headText(prefix: string, kind: TokenKind): string {
  return `${prefix}_${kind === 'pat' ? 'pat' : 'sat'}_`
}

function requireTokenPrefix(prefix: string): void {
  if (!isTokenPrefix(prefix)) throw new RangeError(`not a token prefix: ${JSON.stringify(prefix)}`)
}

/** All that comes before the id, and the state of the checksum after it. */
interface Head {
  readonly kind: TokenKind
  readonly text: string
  readonly crc: number
}

/** The heads of the prefix asked for last: a server has one prefix, and need not compute its checksum at each request. */
let known: { readonly prefix: string; readonly heads: readonly Head[] } = { prefix: '', heads: [] }

function headsOf(prefix: string): readonly Head[] {
  if (!isTokenPrefix(prefix)) return []
  return KINDS.map((kind) => {
    const text = headText(prefix, kind)
    return { kind, text, crc: crcOfText(CRC_START, text) }
  })
}

// Base62

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** One entry for each UTF-16 code unit, so that a look-up needs no range check. */
const DIGIT_VALUES = new Int8Array(65_536).fill(-1)
for (let value = 0; value < BASE62.length; value++) DIGIT_VALUES[BASE62.charCodeAt(value)] = value

/** -1 if the UTF-16 code unit is no base62 digit. */
function digitValue(codeUnit: number): number {
  return DIGIT_VALUES[codeUnit] as number
}

/** 248 = 4 * 62: above it, the remainder would favour the first eight digits, so those bytes are thrown away. */
const UNBIASED_BYTES = 248

function randomBase62(length: number, randomBytes: (length: number) => Uint8Array): string {
  let digits = ''
  while (digits.length < length) {
    for (const byte of randomBytes(length - digits.length)) {
      if (byte < UNBIASED_BYTES) digits += BASE62.charAt(byte % 62)
    }
  }
  return digits
}

function secureRandomBytes(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length))
}

// CRC-32 (IEEE 802.3, as in zlib)

const CRC_START = -1

const CRC_OF_BYTE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})

function crcOfByte(crc: number, byte: number): number {
  return (crc >>> 8) ^ (CRC_OF_BYTE[(crc ^ byte) & 0xff] as number)
}

function crcOfText(crc: number, ascii: string): number {
  for (let i = 0; i < ascii.length; i++) crc = crcOfByte(crc, ascii.charCodeAt(i))
  return crc
}

/** From the running state to the checksum: 0 to 2^32 - 1. */
function crcResult(crc: number): number {
  return (crc ^ -1) >>> 0
}

/** Most significant digit first. Six digits hold every CRC-32: 62^6 > 2^32. */
function checksumOf(ascii: string): string {
  let rest = crcResult(crcOfText(CRC_START, ascii))
  let digits = ''
  while (digits.length < CHECKSUM_LENGTH) {
    digits = BASE62.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}
