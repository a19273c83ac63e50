import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { FLOODS, type Flooded, type FloodName } from './flood-kinds.ts'

/**
 * The flood, in a process of its own: keeps as many requests under way as the flood of that name has, from when it is told until it is told
 * to end. What is answered does not matter; it says how often each status was.
 */
export interface FloodOrder {
  readonly name: FloodName
  readonly target: Flooded
}

/** The server trusts 127.0.0.1 as a proxy; this address it does not. */
const STRANGER = '127.0.0.2'

export const END = 'end'

let isOver = true
let finished: Promise<Record<string, number>> = Promise.resolve({})

process.on('message', async (order: FloodOrder | typeof END) => {
  if (order === END) {
    isOver = true
    process.send?.(await finished)
    return
  }
  isOver = false
  finished = flood(order)
})

async function flood({ name, target }: FloodOrder): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  const kind = FLOODS[name]
  if (kind.halfOpen) return holdOpen(kind.atOnce, target, count).then(() => counts)
  const agent = new Agent({ keepAlive: true, maxSockets: kind.atOnce })
  let sent = 0
  const keepAsking = async () => {
    while (!isOver) count(await ask(target.origin, agent, kind.request(target, sent++)))
  }
  await Promise.all(Array.from({ length: kind.atOnce }, keepAsking))
  agent.destroy()
  return counts
}

type Asked = ReturnType<(typeof FLOODS)[FloodName]['request']>

function ask(origin: string, agent: Agent, { method = 'GET', path, headers = {}, body }: Asked): Promise<string> {
  return new Promise((resolve) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }
    const req = request(`${origin}${path}`, { method, agent, headers: { ...type, ...headers } }, (res) => {
      res.on('error', () => resolve('broken'))
      res.on('end', () => resolve(String(res.statusCode)))
      res.resume()
    })
    req.on('error', () => setTimeout(resolve, 10, 'broken'))
    req.end(body)
  })
}

/** Connections whose request never gets to its end. One that the server closes is opened again. */
async function holdOpen(atOnce: number, { origin }: Flooded, count: (what: string) => void): Promise<void> {
  const { hostname, port } = new URL(origin)
  const open = new Set<Socket>()
  const openOne = () => {
    if (isOver) return
    const socket = connect({ port: Number(port), host: hostname, localAddress: STRANGER }, () => {
      count('connected')
      socket.write('POST /api/v1/session HTTP/1.1\r\nHost: ramp\r\n')
    })
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      open.delete(socket)
      count('closed')
      setTimeout(openOne, 100)
    })
  }
  for (let index = 0; index < atOnce; index++) openOne()
  while (!isOver) await new Promise((resolve) => setTimeout(resolve, 50))
  for (const socket of open) socket.destroy()
}
