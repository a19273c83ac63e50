import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { requireToken } from '@ramp/verifier/web'
import { callerOf, describeAdapter } from './guarded-api.ts'
import { listening } from './listening.ts'

describeAdapter('Web-standard requests', (verifier) => {
  const anybody = requireToken(verifier)
  const reader = requireToken(verifier, { permission: 'templates:read' })
  const handle = async (request: Request, address: string | undefined): Promise<Response> => {
    const guard = new URL(request.url).pathname === '/caller' ? anybody : reader
    const caller = await guard(request, address)
    if (caller instanceof Response) return caller
    return Response.json({ ...callerOf(caller), length: (await request.text()).length })
  }
  const server = createServer(
    getRequestListener((request, { incoming }) => handle(request, incoming.socket.remoteAddress)),
  )
  return listening(server.listen(0, '127.0.0.1'))
})
