import { fieldProblem } from '../core/problem.ts'

/** A cursor is the place where a page ended, as JSON in base64url: opaque to clients, not a secret. */
export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** Reads a cursor that `isPosition` accepts. Throws `validation_failed`. */
export function decodeCursor<P>(cursor: string | undefined, isPosition: (value: unknown) => value is P): P | undefined {
  if (cursor === undefined) return undefined
  const position = parse(cursor)
  if (!isPosition(position))
    throw fieldProblem('validation_failed', 'cursor', 'This is not a cursor of this list.', 'wrong_format')
  return position
}

function parse(cursor: string): unknown {
  const text = Buffer.from(cursor, 'base64url').toString()
  // No text of ours has a NUL, and PostgreSQL takes none.
  if (text.includes('\\u0000')) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
