import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { network, plainAddress } from '../core/address.ts'

/**
 * Closes at once what one address connects beyond so many at a time: each connection takes memory, whether or not it
 * ever sends a request. A trusted proxy connects for everybody, and so has no limit. Null: nobody has.
 */
export function limitConnections(
  server: Server,
  { perAddress, isTrusted }: { readonly perAddress: number | null; readonly isTrusted: (address: string) => boolean },
): void {
  if (perAddress === null) return
  const open = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const { remoteAddress } = socket
    // It has closed already.
    if (remoteAddress === undefined || isTrusted(remoteAddress)) return
    const caller = network(plainAddress(remoteAddress))
    const count = (open.get(caller) ?? 0) + 1
    if (count > perAddress) {
      socket.destroy()
      return
    }
    open.set(caller, count)
    socket.once('close', () => {
      const left = (open.get(caller) ?? 1) - 1
      if (left > 0) open.set(caller, left)
      else open.delete(caller)
    })
  })
}
