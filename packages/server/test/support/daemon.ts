import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { programOf } from './debian-programs.ts'

interface DaemonOptions {
  readonly args: readonly string[]
  /** Its HOME. */
  readonly folder: string
  /** At which it will listen. */
  readonly port: number
}

export interface Daemon {
  /** What it has written to standard error. */
  said(): string
  stop(): Promise<void>
}

/** Starts a program of Debian’s that stays in front. Resolves once it listens; rejects with what it said if it ends before. */
export async function startDaemon(name: string, { args, folder, port }: DaemonOptions): Promise<Daemon> {
  const { path, env } = programOf(name)
  const child = spawn(path, args, {
    env: { ...env, HOME: folder, PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  running.add(child)
  const output: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text))
  const said = () => output.join('')
  const exited = once(child, 'exit').then(() => running.delete(child))
  await Promise.race([listening(port), exited.then(() => Promise.reject(new Error(`${name} ended: ${said()}`)))])
  return {
    said,
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

const running = new Set<ChildProcess>()

/** A test that failed half-way leaves none behind. */
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
