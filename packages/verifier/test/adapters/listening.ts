import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An API whose server has just been told to listen on a free port of loopback. */
export async function listening(server: Server): Promise<{ origin: string; close(): Promise<void> }> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
