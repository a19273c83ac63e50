#!/usr/bin/env node
// Plain JavaScript, so that a Node too old to run the rest still says so.
const [major] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(
    `RAMP needs Node 24 or newer; this is ${process.version}.\n` +
      'On Linux, "npm start" and "npx ramp-server" use the Node 24 that "npm ci" installs; elsewhere install it from nodejs.org.\n',
  )
  process.exit(1)
}
await import('../src/main.ts')
