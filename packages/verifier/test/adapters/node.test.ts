import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { requireToken } from '@ramp/verifier/node'
import { callerOf, describeAdapter } from './guarded-api.ts'
import { listening } from './listening.ts'

describeAdapter('node:http', (verifier) => {
  const anybody = requireToken(verifier)
  const reader = requireToken(verifier, { permission: 'templates:read' })
  const server = createServer(async (req, res) => {
    const caller = await (req.url === '/caller' ? anybody : reader)(req, res)
    if (caller === undefined) return
    const body = await text(req)
    res.setHeader('content-type', 'application/json').end(JSON.stringify({ ...callerOf(caller), length: body.length }))
  })
  return listening(server.listen(0, '127.0.0.1'))
})
