import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureAdapters } from './adapters.ts'
import { measureBulkRevocation } from './bulk-revoke.ts'
import { measureCommandLine } from './cli.ts'
import { measureGroups } from './groups.ts'
import { measureHttp } from './http.ts'
import { measureListsOnBoth } from './lists-on-both.ts'
import { measureOAuth } from './oauth.ts'
import { measurePostgres } from './postgres.ts'
import type { Row } from './statistics.ts'
import { measureVerification } from './verification.ts'
import { measureWorkers } from './workers.ts'

/**
 * `npm run bench`: measures what RAMP promises of its speed, prints a table, and writes `bench/results/bench.json`. Ratios are
 * taken round by round between things measured next to each other; everything else is the machine's mood. With names of
 * parts behind `--`, only those.
 */
const PARTS: Readonly<Record<string, (folder: string) => Promise<Row[]>>> = {
  http: measureHttp,
  verification: measureVerification,
  postgres: measurePostgres,
  groups: measureGroups,
  oauth: (folder) => measureOAuth(folder),
  bulk: measureBulkRevocation,
  lists: measureListsOnBoth,
  workers: (folder) => measureWorkers(folder),
  adapters: measureAdapters,
  cli: measureCommandLine,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name))
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. There are ${Object.keys(PARTS).join(', ')}.`)
  process.exit(2)
}

const rows: Row[] = []
for (const [name, measurePart] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const folder = mkdtempSync(join(tmpdir(), 'ramp-bench-'))
  try {
    rows.push(...(await measurePart(folder)))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
report(rows)

function report(rows: readonly Row[]): void {
  const results = {
    at: new Date().toISOString(),
    node: process.version,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    rows: rows.map((row) => ({ ...row, holds: holds(row) })),
  }
  mkdirSync(new URL('results/', import.meta.url), { recursive: true })
  writeFileSync(new URL('results/bench.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`)
  console.log(`\n${results.machine}, Node ${results.node}: median (min – max)\n`)
  for (const row of rows) {
    const { median, min, max } = row.value
    const verdict = row.bound === undefined ? '' : holds(row) ? 'holds' : 'FALLS SHORT'
    const bound =
      row.bound === undefined ? '' : 'atLeast' in row.bound ? `≥ ${row.bound.atLeast}` : `≤ ${row.bound.atMost}`
    console.log(
      `${row.what.padEnd(46)}${show(median).padStart(9)}  (${show(min)} – ${show(max)})`.padEnd(82),
      bound.padEnd(10),
      verdict,
    )
  }
  if (!results.rows.every((row) => row.holds)) process.exitCode = 1
}

function holds({ value, bound }: Row): boolean {
  if (bound === undefined) return true
  return 'atLeast' in bound ? value.median >= bound.atLeast : value.median <= bound.atMost
}

function show(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(3)
}
