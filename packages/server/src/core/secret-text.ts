import { LOOK_ALIKES } from './look-alikes.ts'

/**
 * Finds secrets in text that should hold none: whether a text holds a token in any spelling, and the same text without
 * it. People and programs paste tokens into names, addresses and headers, and each of these may be encoded. A spelling
 * counts if a reader could turn it back into the token with the usual tools.
 */

/**
 * A token of any prefix in any case, with at least one character more than its public id. It begins at the mark: a
 * search for a prefix would try every letter of a long text.
 */
const TOKEN_SHAPE = /(_[ps]at_(?<=[a-z0-9]_.at_)[0-9a-z]{12})[0-9a-z]+/gi

/** A text without any of these has no spelling but its own. The last one is a run that could be Base64 or hexadecimal. */
const PERHAPS_ENCODED = /[%\\&]|=[0-9A-F]{2}|[^\t\n\r\x20-\x7e]|[A-Za-z0-9+/_-]{48}/

/** `percent(percent(base64(percent(token))))` is found; nobody encodes deeper by accident. */
const MAX_DEPTH = 4

/** Bounds the time for one text to about 20 ms: decoders multiply what they are given. */
const WORK_LIMIT_CHARACTERS = 512 * 1024

/** What separates words in logs, JSON, HTML and headers. A zero-width character does not. */
const WORD = /[^ \t\r\n"<>()]+/g

/** Whether a text holds a token, whatever its prefix and spelling. The public id alone is not secret. */
export function holdsSecret(text: string): boolean {
  return tokenIn(text) !== undefined
}

/** The text with every token cut to its public id. A text whose token cannot be located becomes `…`. */
export function withoutSecrets(text: string): string {
  const cut = text.replace(TOKEN_SHAPE, '$1…')
  if (!holdsSecret(cut)) return cut
  const masked = cut.replace(WORD, maskWord)
  return holdsSecret(masked) ? '…' : masked
}

/** The same for every text in a JSON value, names of fields included. */
export function valueWithoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return withoutSecrets(value)
  if (Array.isArray(value)) return value.map(valueWithoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [withoutSecrets(name), valueWithoutSecrets(each)]),
  )
}

/** Backslashes at the end of a word belong to the quotation mark after it, in JSON. */
function maskWord(word: string): string {
  const name = tokenIn(word)
  return name === undefined ? word : `${name}…${/\\*$/.exec(word)?.[0]}`
}

/** The public name of the first token in the text. */
function tokenIn(text: string): string | undefined {
  for (const spelling of spellingsOf(text)) {
    TOKEN_SHAPE.lastIndex = 0
    const found = TOKEN_SHAPE.exec(spelling)
    if (found !== null) return `${prefixBefore(spelling, found.index)}${found[1]}`
  }
  return undefined
}

function prefixBefore(text: string, end: number): string {
  return /[a-z][a-z0-9]*$/i.exec(text.slice(Math.max(0, end - 20), end))?.[0] ?? ''
}

function* spellingsOf(text: string): Generator<string> {
  yield text
  let left = WORK_LIMIT_CHARACTERS - text.length
  let level = left < 0 ? [] : [text]
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const next: string[] = []
    for (const each of level) {
      if (!PERHAPS_ENCODED.test(each)) continue
      const folded = fold(readAsUtf8(each))
      yield folded
      yield skeleton(folded)
      for (const decode of DECODERS) {
        const decoded = decode(folded)
        left -= decoded.length
        if (left < 0) return
        if (decoded !== folded && decoded !== '') next.push(decoded)
      }
    }
    yield* next
    level = next
  }
}

/** Control characters and characters that nobody sees: between letters they only hide. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it removes
const UNSEEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\p{Default_Ignorable_Code_Point}/gu

/** Full-width and other compatibility letters as ASCII, and UTF-16 without its zeros. */
function fold(text: string): string {
  return text.normalize('NFKC').replace(UNSEEN, '')
}

/** Letters of other alphabets as the Latin ones that they look like (UTS #39). */
function skeleton(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (letter) => LOOK_ALIKES[letter] ?? letter)
}

const DECODERS: readonly ((text: string) => string)[] = [unescapeAll, decodeBase64, decodeHex]

const ESCAPE =
  /((?:[%=][0-9a-f]{2}|\\+x[0-9a-f]{2})+)|(?:%u|\\+u)([0-9a-f]{4})|\\+u\{0*([0-9a-f]{1,6})\}|&#x0*([0-9a-f]{1,6});?|&#0*(\d{1,7});?|(&lowbar;|&UnderBar;)/gi

/** Percent and quoted-printable bytes, `\x5f`, `\u005f`, `\u{5f}`, `&#95;`, `&#x5f;` and the underscore by its name. */
function unescapeAll(text: string): string {
  return text.replace(ESCAPE, (whole, bytes, unit, codePoint, hexadecimal, decimal, name) => {
    if (bytes !== undefined) return bytesToText(Buffer.from(bytes.replace(/[%=\\x]/gi, ''), 'hex'))
    if (name !== undefined) return '_'
    const code = decimal === undefined ? Number.parseInt(unit ?? codePoint ?? hexadecimal, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

/** Node reads header fields as Latin-1; what was sent may be UTF-8. */
function readAsUtf8(text: string): string {
  if (!/[\x80-\xff]/.test(text) || /[^\0-\xff]/.test(text)) return text
  const read = Buffer.from(text, 'latin1').toString()
  return read.includes('\ufffd') ? text : read
}

/** Both alphabets, from each of the four places at which a group can begin. */
function decodeBase64(text: string): string {
  const runs = text.match(/[A-Za-z0-9+/_-]{48,}/g) ?? []
  return runs
    .flatMap((run) => [0, 1, 2, 3].map((from) => bytesToText(Buffer.from(run.slice(from), 'base64'))))
    .join(' ')
}

function decodeHex(text: string): string {
  const runs = text.match(/[0-9a-f]{48,}/gi) ?? []
  return runs.flatMap((run) => [0, 1].map((from) => bytesToText(Buffer.from(run.slice(from), 'hex')))).join(' ')
}

function bytesToText(bytes: Buffer): string {
  const text = bytes.toString()
  return text.includes('\ufffd') ? bytes.toString('latin1') : text
}
