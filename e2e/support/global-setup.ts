import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { type BrowserProgram, chromiumProgram } from './chromium.ts'

declare module 'vitest' {
  interface ProvidedContext {
    browserProgram: BrowserProgram
  }
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Builds the pages as they are now and unpacks the browser. If either fails the run fails: nothing is skipped. */
export default async function setup(project: TestProject): Promise<void> {
  // Vitest sets NODE_ENV to "test", and that would build other pages than people get.
  const env = { ...process.env, NODE_ENV: 'production' }
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] })
  project.provide('browserProgram', await chromiumProgram())
}
