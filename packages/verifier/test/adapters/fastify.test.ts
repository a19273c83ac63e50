import { requireToken } from '@ramp/verifier/fastify'
import fastify from 'fastify'
import { callerOf, describeAdapter } from './guarded-api.ts'

describeAdapter('Fastify', async (verifier) => {
  const app = fastify()
  const mayRead = { onRequest: requireToken(verifier, { permission: 'templates:read' }) }
  app.get('/caller', { onRequest: requireToken(verifier) }, (req) => callerOf(req.ramp))
  app.get('/templates', mayRead, async (req) => callerOf(req.ramp))
  app.post<{ Body: { name: string } }>('/templates', mayRead, (req) => ({ length: req.body.name.length }))
  return { origin: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() }
})
