import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { type Answer, type RequestOptions, send } from './http-client.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'

/** Starts `ramp-server serve --workers <count>` on a free port; resolves when all of them serve. */
export async function startWorkers(count: number, env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const server = await startServerProcess({ args: ['serve', '--workers', String(count)], env })
  await server.printed(new RegExp(`"serving":(${count}),`))
  return server
}

/** A connection of one's own, kept for the next request, and so always to the same worker. */
export class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #origin: string

  constructor(origin: string) {
    this.#origin = origin
  }

  send(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    return send(this.#origin, method, path, { ...options, agent: this.#agent })
  }

  /** Which process is at the other end: it says so in the log. */
  async pid({ printed }: ServerProcess): Promise<number> {
    const path = `/api/v1/who/${randomUUID()}`
    await this.send('GET', path)
    return Number(await printed(new RegExp(`"pid":(\\d+),[^\\n]*${path}`)))
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** A connection to each of so many workers. */
export async function connectToEach(server: ServerProcess, count: number): Promise<Connection[]> {
  const found = new Map<number, Connection>()
  while (found.size < count) {
    const connection = new Connection(server.origin)
    const pid = await connection.pid(server)
    if (found.has(pid)) connection.close()
    else found.set(pid, connection)
  }
  return [...found.values()]
}
