import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What the API says of each request: what has reached it. */
export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly sha256: string
}

export interface Upstream {
  readonly port: number
  /** How many requests have reached it. */
  count(): number
  close(): Promise<void>
}

/**
 * An API without any check of its own. It answers what it saw, 418 to /teapot and 500 to /broken, and upgrades to whatever
 * is asked for: the other side gets its bytes back.
 */
export async function startUpstream(): Promise<Upstream> {
  let requests = 0
  const server = createServer(async (req, res) => {
    requests++
    const sha256 = await digestOf(req)
    const { method = '', url = '', headers } = req
    const status = url === '/teapot' ? 418 : url === '/broken' ? 500 : 200
    res.writeHead(status, { 'content-type': 'application/json' })
    res.end(JSON.stringify({ method, url, headers, sha256 } satisfies Seen))
  })
  server.on('upgrade', (req: IncomingMessage, socket: Socket) => {
    requests++
    const lines = [
      `Upgrade: ${req.headers.upgrade}`,
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${acceptOf(req.headers['sec-websocket-key'])}`,
      `X-Seen-Account: ${req.headers['x-ramp-account'] ?? ''}`,
    ]
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
    socket.on('error', () => socket.destroy())
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    count: () => requests,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** RFC 6455 §4.2.2: proxies look at it. */
function acceptOf(key = ''): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

async function digestOf(req: IncomingMessage): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of req) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
