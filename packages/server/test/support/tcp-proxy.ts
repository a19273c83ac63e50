import { connect, createServer, type Socket } from 'node:net'

/** A network between the server and its database, which can be cut. */
export interface TcpProxy {
  readonly port: number
  /** Resets every connection and refuses new ones, as a host does whose database is down. */
  cut(): Promise<void>
  /** Keeps every connection, takes new ones, and passes nothing on, as a network does that swallows packets. */
  stall(): void
  /** Lets connections through again, on the same port. */
  mend(): Promise<void>
}

export async function tcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let isStalled = false
  const keep = (socket: Socket, other: () => void) => {
    sockets.add(socket)
    socket.on('error', other)
    socket.on('close', () => {
      sockets.delete(socket)
      other()
    })
  }
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1')
    keep(client, () => target.destroy())
    keep(target, () => client.destroy())
    if (isStalled) return
    client.pipe(target)
    target.pipe(client)
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.')
  const { port } = address
  return {
    port,
    async cut() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.resetAndDestroy()
      await closed
    },
    stall() {
      isStalled = true
      for (const socket of sockets) socket.unpipe().pause()
    },
    mend() {
      isStalled = false
      return listen(port)
    },
  }
}
