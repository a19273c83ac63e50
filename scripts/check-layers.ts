import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'

/**
 * Checks the layering (.dependency-cruiser.cjs), and that every source file was read: with a compiler that it does not
 * know, dependency-cruiser reads none, finds no fault and passes.
 */
const SOURCES = [
  'packages/server/src',
  'packages/verifier/src',
  'packages/client/src',
  'packages/cli/src',
  'packages/web/src',
]

interface Report {
  readonly modules: readonly { readonly source: string }[]
  readonly summary: {
    readonly error: number
    readonly violations: readonly {
      readonly from: string
      readonly to: string
      readonly rule: { readonly name: string }
    }[]
  }
}

const { stdout, stderr } = spawnSync('depcruise', [...SOURCES, '--output-type', 'json'], {
  maxBuffer: 2 ** 28,
  encoding: 'utf8',
})
if (stdout === '') throw new Error(stderr)
const { modules, summary } = JSON.parse(stdout) as Report

const read = new Set(modules.map((module) => module.source))
const files = SOURCES.flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`)).filter((file) => !file.endsWith('.d.ts'))
const unread = files.filter((file) => !read.has(file))

for (const { rule, from, to } of summary.violations) process.stderr.write(`${rule.name}: ${from} → ${to}\n`)
for (const file of unread) process.stderr.write(`not read: ${file}\n`)
if (summary.error > 0 || unread.length > 0) process.exit(1)
process.stdout.write(`Layers hold: ${files.length} files read.\n`)
