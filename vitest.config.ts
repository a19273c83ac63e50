import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Real servers, databases and password hashes on a busy machine: none is timed, and a test that hangs still ends. */
const HANG_MS = 30_000

/** What a test polls for may need a lease to run out, or a new connection. The default, a second, is shorter than that. */
const POLL = { poll: { timeout: 20_000 } }

export default defineConfig({
  test: {
    // Many tests wait: for a lease to run out, a server to start, a page to look again. On two cores, four files at a time.
    maxWorkers: Math.max(4, availableParallelism()),
    projects: [
      {
        test: {
          name: 'verifier',
          include: ['packages/verifier/test/**/*.test.ts'],
          testTimeout: HANG_MS,
          expect: POLL,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'client', include: ['packages/client/test/**/*.test.ts'], testTimeout: HANG_MS, expect: POLL } },
      // Each test is a search that keeps a core busy.
      { test: { name: 'spec', include: ['spec/**/*.test.ts'], maxConcurrency: 2 } },
      {
        test: {
          name: 'cli',
          include: ['packages/cli/test/**/*.test.ts'],
          testTimeout: HANG_MS,
          hookTimeout: 60_000,
          expect: POLL,
        },
      },
      { test: { name: 'web', include: ['packages/web/test/**/*.test.ts'], testTimeout: HANG_MS } },
      {
        test: {
          name: 'server',
          include: ['packages/server/test/**/*.test.ts'],
          globalSetup: ['packages/server/test/support/global-setup.ts'],
          // Files share a process, not a server: each starts its own, and loading the code anew costs a second a file.
          isolate: false,
          testTimeout: HANG_MS,
          expect: POLL,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'scripts', include: ['scripts/test/**/*.test.ts'], testTimeout: HANG_MS } },
      { test: { name: 'faults', include: ['faults/**/*.test.ts'], testTimeout: HANG_MS, expect: POLL } },
      {
        test: {
          name: 'examples',
          include: ['examples/*/test/**/*.test.ts'],
          globalSetup: ['examples/proxies/test/support/global-setup.ts'],
          testTimeout: HANG_MS,
          expect: POLL,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          globalSetup: ['e2e/support/global-setup.ts'],
          // Four browsers' worth of work on two cores; what does not come is found out after 20 s by itself.
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
