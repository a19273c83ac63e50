import fastify, { type FastifyInstance } from 'fastify'
import type { Guard } from './guard.ts'
import { Runbooks } from './runbooks.ts'

const NEW_TEMPLATE = {
  type: 'object',
  required: ['name', 'steps'],
  properties: { name: { type: 'string' }, steps: { type: 'array', items: { type: 'string' }, maxItems: 100 } },
} as const

const NEW_INSTANCE = {
  type: 'object',
  required: ['templateId'],
  properties: { templateId: { type: 'integer' } },
} as const

/** The API. Each route says what it demands; how that is found out is the guard's, and the same routes serve all three. */
export function runbooksApi(guard: Guard): FastifyInstance {
  const runbooks = new Runbooks()
  const app = fastify()

  app.get('/templates', { onRequest: guard('templates:read') }, () => runbooks.templates)

  app.post<{ Body: { name: string; steps: string[] } }>(
    '/templates',
    { onRequest: guard('templates:create'), schema: { body: NEW_TEMPLATE } },
    ({ body }, reply) => reply.code(201).send(runbooks.addTemplate(body.name, body.steps)),
  )

  app.get('/instances', { onRequest: guard('instances:read') }, () => runbooks.instances)

  app.post<{ Body: { templateId: number } }>(
    '/instances',
    { onRequest: guard('instances:create'), schema: { body: NEW_INSTANCE } },
    ({ body, caller }, reply) => {
      const instance = runbooks.begin(body.templateId, caller.username)
      return instance === undefined ? reply.code(404).send() : reply.code(201).send(instance)
    },
  )

  app.post<{ Params: { id: string } }>(
    '/instances/:id/steps',
    { onRequest: guard('instances:execute') },
    ({ params }, reply) => runbooks.doStep(Number(params.id)) ?? reply.code(404).send(),
  )

  return app
}
