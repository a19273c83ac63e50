/**
 * Where things stand in a JSON text. `JSON.parse` says of a fault what it found, which may be something secret in the
 * wrong file, and often not where; this says where, and what was expected there.
 */

/** What is no JSON, and on which line. The message quotes nothing of the text. */
export class JsonFault extends Error {
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

const BLANK = /[ \t\n\r]*/y
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const WORD = /true|false|null/y

/** The line, from 1, on which each value stands, by its JSON pointer (RFC 6901). Throws {@link JsonFault}. */
export function linesOf(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  let at = 0

  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length
  const fail = (expected: string) => new JsonFault(lineAt(at), `${expected} is expected`)

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    at += found?.length ?? 0
    return found
  }

  function takeSign(...signs: string[]): string {
    take(BLANK)
    const sign = text.charAt(at)
    if (!signs.includes(sign)) throw fail(signs.join(' or '))
    at++
    return sign
  }

  function isNext(sign: string): boolean {
    take(BLANK)
    return text.charAt(at) === sign
  }

  function readValue(pointer: string): void {
    take(BLANK)
    lines.set(pointer, lineAt(at))
    if (text.charAt(at) === '{') readMembers(pointer, '}', readKey)
    else if (text.charAt(at) === '[') readMembers(pointer, ']', String)
    else if ((take(STRING) ?? take(NUMBER) ?? take(WORD)) === undefined) throw fail('a value')
  }

  function readMembers(pointer: string, end: '}' | ']', keyOf: (index: number) => string): void {
    at++
    if (isNext(end)) {
      at++
      return
    }
    let index = 0
    do readValue(`${pointer}/${keyOf(index++)}`)
    while (takeSign(',', end) === ',')
  }

  function readKey(): string {
    take(BLANK)
    const quoted = take(STRING)
    if (quoted === undefined) throw fail('a name in double quotation marks')
    takeSign(':')
    return String(JSON.parse(quoted)).replaceAll('~', '~0').replaceAll('/', '~1')
  }

  readValue('')
  take(BLANK)
  if (at < text.length) throw fail('the end of the file')
  return lines
}
