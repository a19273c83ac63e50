import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { Type } from 'typebox'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { pendingMigrations } from '../storage/migrate.ts'
import type { Outcome } from '../verification/verdict.ts'
import { ASK_ALL_LIMIT_MS, type Line } from '../workers/line.ts'
import { registerCoherenceMetrics } from './coherence-metrics.ts'
import type { Router } from './routes.ts'
import { OneOf } from './schemas.ts'

const Status = Type.Object({ status: OneOf(['ok'] as const) })

/**
 * `/healthz`, `/readyz` and `/metrics`: for whoever runs the server. Nothing here names an account or a token. Of
 * several workers each gives the metrics of all.
 */
export function registerOperationsRoutes(app: Router, services: Services, primary?: Line): void {
  app.get(
    '/healthz',
    {
      schema: {
        operationId: 'getHealth',
        tags: ['Operations'],
        summary: 'Whether the process answers',
        response: { 200: Status },
      },
    },
    () => ({ status: 'ok' as const }),
  )

  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'getReadiness',
        tags: ['Operations'],
        summary: 'Whether the database answers and its schema is up to date',
        response: { 200: Status },
      },
    },
    async () => {
      const { read } = services.database
      await sql`SELECT 1`.execute(read).catch((cause) => {
        throw new Problem('storage_unavailable', { detail: 'The database does not answer.', cause })
      })
      const pending = await pendingMigrations(read)
      if (pending.length > 0)
        throw new Problem('storage_unavailable', { detail: 'The schema is not up to date: run migrate.' })
      return { status: 'ok' as const }
    },
  )

  const registry = createMetrics(app, services)
  primary?.answer('metrics', () => registry.getMetricsAsJSON())
  const allMetrics = async () => {
    if (primary === undefined) return registry.metrics()
    const merged = await primary.ask('mergedMetrics', null, ASK_ALL_LIMIT_MS)
    // Its own alone would look as if all counters had gone back.
    if (merged === undefined) throw new Error('The primary does not answer.')
    return merged
  }
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        tags: ['Operations'],
        summary: 'Metrics in the text format of Prometheus',
        response: { 200: { description: 'All metrics.', content: { 'text/plain': { schema: Type.String() } } } },
      },
    },
    async (_req, reply) => reply.type(registry.contentType).send(await allMetrics()),
  )
}

function createMetrics(app: FastifyInstance, services: Services): Registry {
  const { statistics } = services.verifier
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]

  const requests = new Histogram({
    name: 'ramp_http_request_duration_seconds',
    help: 'Requests by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5],
    registers,
  })
  app.addHook('onResponse', (req, reply, done) => {
    const route = req.is404 ? 'none' : (req.routeOptions.url ?? 'none')
    requests.labels(req.method, route, String(reply.statusCode)).observe(reply.elapsedTime / 1000)
    done()
  })

  const wait = new Histogram({
    name: 'ramp_verification_wait_seconds',
    help: 'How long the first of those verifications that were decided together waited for its verdict.',
    buckets: [0.0001, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5],
    registers,
  })
  statistics.observeWait = (seconds) => wait.observe(seconds)

  new Counter({
    name: 'ramp_verifications_total',
    help: 'Verifications by outcome.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset()
      for (const outcome of Object.keys(statistics.outcomes) as Outcome[])
        this.inc({ outcome }, statistics.outcomes[outcome])
    },
  })
  new Counter({
    name: 'ramp_verification_cache_lookups_total',
    help: 'Look-ups of tokens and accounts in memory.',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset()
      this.inc({ result: 'hit' }, statistics.cacheHits)
      this.inc({ result: 'miss' }, statistics.cacheMisses)
    },
  })
  new Gauge({
    name: 'ramp_verification_cache_entries',
    help: 'Tokens and accounts in memory.',
    labelNames: ['kind'],
    registers,
    collect() {
      this.set({ kind: 'token' }, statistics.cachedTokens())
      this.set({ kind: 'account' }, statistics.cachedAccounts())
    },
  })
  registerCoherenceMetrics(registry, services)
  return registry
}
