import { parseToken, type TokenKind, tokenName } from '@ramp/verifier'

/** A well-formed token of some installation. Whether it was ever issued, only its server knows. */
export interface TokenText {
  readonly kind: TokenKind
  readonly id: string
  /** `ramp_pat_<id>`: public. */
  readonly name: string
  /** The secret itself: for the `Authorization` header and nothing else. */
  readonly text: string
}

/** Reads a token of whatever prefix; `undefined` if the text is anything else. */
export function readToken(text: string): TokenText | undefined {
  const prefix = text.slice(0, Math.max(0, text.indexOf('_')))
  const parsed = parseToken(text, prefix)
  return parsed && { ...parsed, name: tokenName(prefix, parsed.kind, parsed.id), text }
}

const MARKS = ['_pat_', '_sat_']
const MARK_LENGTH = 5
/** Id, secret and checksum. */
const REST_LENGTH = 50
const MAX_PREFIX_LENGTH = 20
export const MAX_TOKEN_LENGTH = MAX_PREFIX_LENGTH + MARK_LENGTH + REST_LENGTH

export interface FoundToken {
  readonly token: TokenText
  /** Offsets in the bytes. */
  readonly from: number
  readonly to: number
}

/**
 * Every token in the bytes, of one prefix or of any. The checksum decides, not what stands around it: a token that is
 * glued to other text has leaked as well.
 */
export function* tokensIn(bytes: Buffer, prefix?: string): Generator<FoundToken, void, undefined> {
  for (const mark of MARKS) {
    for (let at = bytes.indexOf(mark, 0, 'latin1'); at >= 0; at = bytes.indexOf(mark, at + 1, 'latin1')) {
      const found = tokenAround(bytes, at, prefix)
      if (found !== undefined) yield found
    }
  }
}

function tokenAround(bytes: Buffer, markAt: number, prefix: string | undefined): FoundToken | undefined {
  const to = markAt + MARK_LENGTH + REST_LENGTH
  const before = bytes.toString('latin1', Math.max(0, markAt - MAX_PREFIX_LENGTH), markAt)
  const after = bytes.toString('latin1', markAt, to)
  if (!/^_.at_[0-9A-Za-z]{50}$/.test(after)) return undefined
  const [word = ''] = /[a-z0-9]*$/.exec(before) ?? []
  // The prefix begins somewhere in the word before the mark; every beginning has a checksum of its own.
  for (let start = 0; start < word.length; start++) {
    const candidate = word.slice(start)
    if (prefix !== undefined && candidate !== prefix) continue
    const token = readToken(candidate + after)
    if (token !== undefined) return { token, from: markAt - candidate.length, to }
  }
  return undefined
}
