import { relativeTime } from '@ramp/client/relative-time'
import { plain, type Terminal } from './terminal.ts'

export interface Column<T> {
  readonly title: string
  readonly text: (item: T) => string
}

/** A table for people: a line an item, columns as wide as what is in them. */
export function table<T>(terminal: Terminal, items: readonly T[], columns: readonly Column<T>[]): string {
  const rows = items.map((item) => columns.map(({ text }) => plain(text(item))))
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  const head = line(columns.map(({ title }) => title.toUpperCase()))
  return [terminal.style('bold', head), ...rows.map(line)].join('\n')
}

/** One thing, a line a fact. */
export function facts(terminal: Terminal, entries: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(entries).map((name) => name.length))
  return Object.entries(entries)
    .map(([name, text]) => `${terminal.style('bold', name.padEnd(width))}  ${plain(text)}`)
    .join('\n')
}

/** "3 days ago", "in 30 days", "never". */
export function when(instant: string | null): string {
  return instant === null ? 'never' : relativeTime(Date.parse(instant), Date.now())
}

export const list = (texts: readonly string[], none = '–') => (texts.length === 0 ? none : texts.join(', '))
