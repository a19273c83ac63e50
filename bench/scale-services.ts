import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Registration, Renewal } from '@ramp/verifier/coherence'

/**
 * Verifiers in services, as far as their leases go: `scale-services.ts <origin> <token> <count>`. Each has a connection, reports what a
 * renewal brought at once, and goes on. On bare sockets: they stand for as many machines, and must not take this one's processor.
 */
const [origin = '', token = '', count = '200'] = process.argv.slice(2)
const { hostname, port } = new URL(origin)
let isStopped = false

class Connection {
  readonly #socket: Socket
  #received = ''
  #answered: (body: unknown) => void = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text) => this.#receive(String(text)))
  }

  post<Answer>(path: string, body: object): Promise<Answer> {
    const text = JSON.stringify(body)
    this.#socket.write(
      `POST ${path} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    )
    return new Promise<Answer>((resolve) => {
      this.#answered = resolve as (body: unknown) => void
    })
  }

  #receive(text: string): void {
    this.#received += text
    const end = this.#received.indexOf('\r\n\r\n') + 4
    const length = Number(/content-length: (\d+)/i.exec(this.#received)?.[1] ?? Number.POSITIVE_INFINITY)
    if (end < 4 || this.#received.length < end + length) return
    const [head, body] = [this.#received.slice(0, end), this.#received.slice(end)]
    this.#received = ''
    if (!head.startsWith('HTTP/1.1 20')) throw new Error(`refused: ${head}${body}`)
    this.#answered(JSON.parse(body))
  }
}

interface Held {
  readonly socket: Socket
  readonly connection: Connection
  readonly id: string
  readonly epoch: number
}

async function register(): Promise<Held> {
  const socket = connect(Number(port), hostname)
  socket.setNoDelay(true)
  await once(socket, 'connect')
  const connection = new Connection(socket)
  const { id, epoch } = await connection.post<Registration>('/api/v1/verifiers', { name: 'benchmark' })
  return { socket, connection, id, epoch }
}

async function hold({ socket, connection, id, epoch }: Held): Promise<void> {
  let appliedEpoch = epoch
  for (let renewals = 0; !isStopped; renewals++) {
    const path = `/api/v1/verifiers/${id}/renew`
    appliedEpoch = (await connection.post<Renewal>(path, { appliedEpoch, renewals, waitMs: 1000 })).epoch
  }
  socket.destroy()
}

process.on('message', () => {
  isStopped = true
})
const held = await Promise.all(Array.from({ length: Number(count) }, register))
const holding = held.map(hold)
process.send?.('connected')
await Promise.all(holding)
process.disconnect()
