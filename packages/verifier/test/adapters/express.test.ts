import { requireToken } from '@ramp/verifier/express'
import express from 'express'
import { callerOf, describeAdapter } from './guarded-api.ts'
import { listening } from './listening.ts'

describeAdapter('Express', async (verifier) => {
  const app = express()
  app.get('/caller', requireToken(verifier), (req, res) => void res.json(callerOf(req.ramp)))
  app.use('/templates', requireToken(verifier, { permission: 'templates:read' }), express.json())
  app.get('/templates', (req, res) => void res.json(callerOf(req.ramp)))
  app.post('/templates', (req, res) => void res.json({ length: req.body.name.length }))
  return listening(app.listen(0, '127.0.0.1'))
})
