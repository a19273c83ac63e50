#!/usr/bin/env -S node --max-semi-space-size=8 --heap-growing-percent=50 --no-allocation-site-pretenuring --v8-pool-size=1
import module from 'node:module'

// The flags above keep V8's young generation small, its garbage below half of what lives, and its threads few: a server that verifies
// holds little for long, and without them the process grows to twice the memory for nothing. Without the third it may fall to half of its
// speed (docs/decisions/0022).
//
// Plain JavaScript, so that a Node too old to run the rest still says so.
const [major] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(
    `RAMP needs Node 24 or newer; this is ${process.version}.\n` +
      'On Linux, "npm start" and "npx ramp-server" use the Node 24 that "npm ci" installs; elsewhere install it from nodejs.org.\n',
  )
  process.exit(1)
}
// Starts in half the time from the second start on. Threads have a cache only if the environment names it.
const { directory } = module.enableCompileCache()
if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory
await import('../src/main.ts')
