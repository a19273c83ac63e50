import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'

/** Something that answers and is not RAMP. Ends with the file's tests. */
export async function otherServer(answer: RequestListener): Promise<string> {
  const port = await listen(createServer(answer))
  return `http://127.0.0.1:${port}`
}

const servers: Server[] = []

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  return (server.address() as AddressInfo).port
}

/** An address at which nothing listens: that of a server that has just ended. */
export async function deadAddress(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

afterAll(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
})
