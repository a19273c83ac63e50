import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type ProxyName, programOf } from './proxy-programs.ts'

export interface RunningProxy {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  stop(): Promise<void>
}

/** The ports of whom it is put between. */
export interface Neighbours {
  readonly ramp: number
  readonly api: number
}

/**
 * Runs a proxy with the files of the example, in which only ports and paths are others, and what `edit` changes. Resolves
 * once it listens.
 */
export async function startProxy(
  proxy: ProxyName,
  { ramp, api }: Neighbours,
  edit = (text: string): string => text,
): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), `ramp-${proxy}-`))
  const port = await freePort()
  const copy = (file: string): string => {
    const text = readFileSync(fileURLToPath(new URL(`../../${proxy}/${file}`, import.meta.url)), 'utf8')
    const target = join(folder, file)
    writeFileSync(
      target,
      edit(text)
        .replaceAll('127.0.0.1:7267', `127.0.0.1:${ramp}`)
        .replaceAll('127.0.0.1:3000', `127.0.0.1:${api}`)
        .replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)
        .replaceAll('/etc/haproxy', folder),
    )
    return target
  }
  const { path, env } = programOf(proxy)
  const child = spawn(path, WAYS[proxy](folder, copy), {
    env: { ...env, HOME: folder, PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  running.add(child)
  const output: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text))
  const exited = once(child, 'exit').then(() => running.delete(child))
  await Promise.race([
    listening(port),
    exited.then(() => Promise.reject(new Error(`${proxy} ended: ${output.join('')}`))),
  ])
  return {
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM')
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What surrounds the example on a machine of its own: where the program keeps its files, and that it stays in front. */
const WAYS: Readonly<Record<ProxyName, (folder: string, copy: (file: string) => string) => string[]>> = {
  nginx(folder, copy) {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder};`)
    const main = join(folder, 'nginx.conf')
    writeFileSync(
      main,
      `daemon off; master_process off; pid ${folder}/pid; error_log stderr; events {}
       http { access_log off; ${temporary.join(' ')} include ${copy('ramp.conf')}; }`,
    )
    return ['-p', folder, '-e', 'stderr', '-c', main]
  },
  caddy(folder, copy) {
    const main = join(folder, 'main')
    writeFileSync(main, `{\n\tadmin off\n}\nimport ${copy('Caddyfile')}\n`)
    return ['run', '--config', main, '--adapter', 'caddyfile']
  },
  haproxy(_folder, copy) {
    copy('ramp-verify.lua')
    return ['-db', '-f', copy('haproxy.cfg')]
  },
}

const running = new Set<ChildProcess>()

/** A test that failed half-way leaves no proxy behind. */
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A port at which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) return
    await delay(10)
  }
}
