import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { startProgram } from '../../../server/test/support/server-process.ts'
import type { Runtime } from './runtimes.ts'

export const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

interface ServiceOptions {
  /** Has the package installed. */
  readonly folder: string
  readonly url: string
  readonly token: string
  /** How the server of this runtime is stopped. */
  readonly stop: string
}

/** Runs the README's example for `Deno.serve` or `Bun.serve`, from the making of the verifier to its closing, on a free port, for one test. */
export async function startDocumented({ name, command }: Runtime, { folder, url, token, stop }: ServiceOptions) {
  const serve = `${name}.serve(`
  const documented = ['createVerifier({', serve, "process.once('SIGTERM'"].map(exampleWith).join('\n')
  const program = [
    ["'https://access.example.com'", JSON.stringify(url)],
    ['port: 3000', 'port: 0'],
    [serve, `const app = ${serve}`],
    ['app.close()', `app.${stop}()`],
  ].reduce((text, [said, instead]) => replaced(text, said as string, instead as string), documented)
  const file = join(folder, `${name}.ts`)
  writeFileSync(file, `${program}\nconsole.log('port', app.port ?? app.addr.port)\n`)
  const running = startProgram({
    runtime: command,
    program: file,
    cwd: folder,
    env: { HOME: folder, RAMP_VERIFIER_TOKEN: token },
  })
  // A verifier keeps its process alive: a test that failed half-way would leave it behind.
  onTestFinished(() => running.kill('SIGKILL'))
  const port = await Promise.race([running.printed(/^port (\d+)$/m), running.exited])
  if (typeof port !== 'string') throw new Error(`The service ended: ${JSON.stringify(port)}`)
  return { origin: `http://127.0.0.1:${port}`, kill: running.kill, exited: running.exited }
}

/** The one block of code that has this in it. */
function exampleWith(words: string): string {
  const examples = [...README.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code as string)
  const [example, another] = examples.filter((code) => code.includes(words))
  if (example === undefined || another !== undefined) throw new Error(`The README has not one example with ${words}`)
  return example
}

function replaced(text: string, said: string, instead: string): string {
  if (text.split(said).length !== 2) throw new Error(`The README's example does not say once: ${said}`)
  return text.replace(said, () => instead)
}
