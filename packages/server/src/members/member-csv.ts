import { type CsvError, parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { Problem } from '../core/problem.ts'
import { parseName, USERNAME_PATTERN } from '../core/text.ts'
import { EMAIL_PATTERN, type Member, NAME_LENGTH } from './member.ts'

/** Members as CSV (RFC 4180): what a line may say, and how one is written. No passwords, either way. */

export const CSV_COLUMNS = ['username', 'email', 'firstName', 'lastName', 'roles', 'status'] as const
export type CsvColumn = (typeof CSV_COLUMNS)[number]

/** Longer files are sent in parts: each is one transaction. */
export const CSV_MAX_LINES = 10_000

/** What is wrong with one line, and in which column; without one, with the line as a whole. */
export interface LineError {
  readonly column: CsvColumn | null
  readonly code: string
  readonly message: string
}

/** One line. What is undefined has no column in this file. */
export interface CsvLine {
  /** Of the file, from 1; the header is a line, too. */
  readonly line: number
  readonly username: string
  readonly email?: string
  readonly firstName?: string
  readonly lastName?: string
  readonly roles?: readonly string[]
  /** Undefined as well where the cell is blank. */
  readonly status?: 'active' | 'deactivated'
  readonly errors: readonly LineError[]
}

/** Reads a file. A line that is broken has errors and stops no other. Throws `validation_failed` without a usable header. */
export function readMembersCsv(text: string): CsvLine[] {
  const broken: CsvLine[] = []
  const records = parse(text, {
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined) => {
      const line = Number(error?.['lines'] ?? 0)
      broken.push(unreadable(line, 'The quotes in this line do not match; nothing after it in this record was read.'))
      return undefined
    },
  }) as unknown as { record: string[]; info: { lines: number } }[]
  const [header, ...rest] = records
  if (header === undefined) throw headerProblem('The file has no header: its first line names the columns.')
  if (rest.length + broken.length > CSV_MAX_LINES) throw headerProblem(`More than ${CSV_MAX_LINES} lines.`, 'too_long')
  const columns = readHeader(header.record)
  // What is counted at the end of a record is where a cell with line breaks ends.
  const lines = rest.map(({ record, info }) => readLine(info.lines, record, columns))
  return [...lines, ...broken].sort((one, other) => one.line - other.line)
}

const unreadable = (line: number, message: string): CsvLine => ({
  line,
  username: '',
  errors: [{ column: null, code: 'malformed_line', message }],
})

function readHeader(cells: readonly string[]): CsvColumn[] {
  const columns = cells.map((cell) => {
    const column = CSV_COLUMNS.find((name) => name.toLowerCase() === cell.trim().toLowerCase())
    if (column === undefined) {
      throw headerProblem(`The header has a column that is none of ${CSV_COLUMNS.join(', ')}.`, 'unknown_column')
    }
    return column
  })
  if (new Set(columns).size < columns.length) throw headerProblem('The header names a column twice.', 'repeated')
  if (!columns.includes('username')) throw headerProblem('The header has no column username.', 'required')
  return columns
}

function headerProblem(message: string, code = 'wrong_format'): Problem {
  return new Problem('validation_failed', { detail: message, errors: [{ field: 'csv', code, message }] })
}

function readLine(line: number, cells: readonly string[], columns: readonly CsvColumn[]): CsvLine {
  if (cells.length !== columns.length) {
    return unreadable(line, `The line has ${cells.length} cells, the header ${columns.length} columns.`)
  }
  const errors: LineError[] = []
  const cell = <T>(column: CsvColumn, read: (text: string) => T): T | undefined => {
    const index = columns.indexOf(column)
    if (index < 0) return undefined
    try {
      return read(unguarded(cells[index] ?? '').trim())
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const [fault] = error.errors ?? []
      errors.push({ column, code: fault?.code ?? 'wrong_format', message: fault?.message ?? error.message })
      return undefined
    }
  }
  const read = {
    username: cell('username', (text) => matching('username', text, USERNAME, 'This is not a username.')) ?? '',
    email: cell('email', (text) => matching('email', text, EMAIL, 'This is not an email address.')),
    firstName: cell('firstName', (text) => parseName('firstName', text, NAME_LENGTH)),
    lastName: cell('lastName', (text) => text && parseName('lastName', text, NAME_LENGTH)),
    roles: cell('roles', readRoles),
    status: cell('status', readStatus),
  }
  const given = Object.entries(read).filter(([, value]) => value !== undefined)
  return { line, username: '', ...Object.fromEntries(given), errors }
}

const USERNAME = new RegExp(USERNAME_PATTERN, 'u')
const EMAIL = new RegExp(EMAIL_PATTERN, 'u')
const EMAIL_LENGTH = 254

function matching(field: string, text: string, pattern: RegExp, message: string): string {
  if (text.length <= EMAIL_LENGTH && pattern.test(text)) return text
  const refused = text === '' ? { code: 'required', message: 'This is blank.' } : { code: 'wrong_format', message }
  throw new Problem('validation_failed', { errors: [{ field, ...refused }] })
}

function readRoles(text: string): string[] {
  const names = text.split(';').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))].sort()
}

function readStatus(text: string): 'active' | 'deactivated' | undefined {
  if (text === '') return undefined
  if (text === 'active' || text === 'deactivated') return text
  const message = 'Write active or deactivated.'
  throw new Problem('validation_failed', { errors: [{ field: 'status', code: 'not_offered', message }] })
}

/** The header line. A byte order mark first: spreadsheets would take UTF-8 for something else without it. */
export const csvHeader = (): string => `\uFEFF${CSV_COLUMNS.join(',')}\r\n`

export function csvOf(members: readonly Member[]): string {
  const rows = members.map((member) =>
    [
      member.username,
      member.email,
      member.firstName,
      member.lastName,
      member.roles.join(';'),
      member.deactivatedAt === null ? 'active' : 'deactivated',
    ].map(guarded),
  )
  return stringify(rows, { record_delimiter: 'windows' })
}

/** What a spreadsheet would run as a formula (OWASP, CSV injection), and what would look guarded already. */
const FORMULA = /^'*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/

const guarded = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)
const unguarded = (text: string): string => (text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text)
