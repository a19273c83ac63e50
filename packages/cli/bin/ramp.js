#!/usr/bin/env node
import { existsSync } from 'node:fs'
import module from 'node:module'

// Plain JavaScript, so that a Node too old to run the rest still says so. The published package has one bundled file and
// runs on Node 20; in the repository the source itself runs, which takes the Node that reads TypeScript.
const source = new URL('../src/main.ts', import.meta.url)
const isRepository = existsSync(source)
const [needed, minor] = isRepository ? [24, 0] : [20, 12]
const [major, ofMajor] = process.versions.node.split('.').map(Number)
if (major < needed || (major === needed && ofMajor < minor)) {
  process.stderr.write(
    `ramp needs Node ${needed}.${minor} or newer; this is ${process.version}.` +
      `${isRepository ? ' In the repository, "npx ramp" uses the Node 24 that "npm ci" installs.' : ''}\n`,
  )
  process.exit(5)
}
// Starts in half the time from the second start on. Node 20 does not have it.
module.enableCompileCache?.()
await import(isRepository ? source.href : '../dist/ramp.js')
