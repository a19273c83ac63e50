import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { requireToken } from '@ramp/verifier/hono'
import { Hono } from 'hono'
import { callerOf, describeAdapter } from './guarded-api.ts'
import { listening } from './listening.ts'

describeAdapter('Hono', async (verifier) => {
  const app = new Hono()
    .get('/caller', requireToken(verifier), (c) => c.json(callerOf(c.get('ramp'))))
    .use('/templates', requireToken(verifier, { permission: 'templates:read' }))
    .get('/templates', (c) => c.json(callerOf(c.get('ramp'))))
    .post('/templates', async (c) => c.json({ length: (await c.req.json()).name.length }))
  return listening(serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }) as Server)
})
