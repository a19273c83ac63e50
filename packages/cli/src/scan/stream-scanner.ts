import { MAX_TOKEN_LENGTH, type TokenText, tokensIn } from '../token-text.ts'

const NEW_LINE = 10

/** Finds tokens in something that comes in pieces, however long: what could be the beginning of one is carried over. */
export class StreamScanner {
  readonly #prefix: string | undefined
  readonly #found: (token: TokenText, line: number) => void
  #carried = Buffer.alloc(0)
  #linesBefore = 0
  #isUtf16: boolean | undefined

  /** `found` is told each token with its line, from 1. */
  constructor(prefix: string | undefined, found: (token: TokenText, line: number) => void) {
    this.#prefix = prefix
    this.#found = found
  }

  push(piece: Buffer): void {
    this.#isUtf16 ??= startsAsUtf16(piece)
    const chunk = this.#isUtf16 ? withoutZeros(piece) : piece
    const bytes = this.#carried.length === 0 ? chunk : Buffer.concat([this.#carried, chunk])
    for (const { token, from, to } of tokensIn(bytes, this.#prefix)) {
      // What ends in the carried part was found with the piece before.
      if (to > this.#carried.length) this.#found(token, this.#linesBefore + 1 + newLines(bytes, from))
    }
    const done = Math.max(0, bytes.length - MAX_TOKEN_LENGTH + 1)
    this.#linesBefore += newLines(bytes, done)
    // Copied, for whoever reads into the same buffer again.
    this.#carried = Buffer.from(bytes.subarray(done))
  }
}

function newLines(bytes: Buffer, end: number): number {
  let count = 0
  for (let at = bytes.indexOf(NEW_LINE); at >= 0 && at < end; at = bytes.indexOf(NEW_LINE, at + 1)) count++
  return count
}

/** PowerShell's `>` writes UTF-16, with a mark at its beginning. */
function startsAsUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
}

/** A token is ASCII, and ASCII in UTF-16 is itself with zeros between. */
function withoutZeros(bytes: Buffer): Buffer {
  return Buffer.from(bytes.filter((byte) => byte !== 0))
}
