import type { Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import { registerHealth, registerMetrics } from '../http/operations-routes.ts'
import type { Router } from '../http/routes.ts'
import type { Line } from '../workers/line.ts'
import type { Readiness } from './readiness.ts'
import { registerReadyz } from './readyz-route.ts'
import { registerReference } from './reference-pages.ts'

interface Operations {
  readonly registry: Registry
  readonly primary: Line | undefined
  /** Whose routes the reference pages describe. */
  readonly api: FastifyInstance
  readonly readiness: Readiness
}

/**
 * What the people who run RAMP ask: health, metrics and the reference pages. On the port that serves the API, or on one
 * of their own (`RAMP_OPERATIONS_PORT`), which the API's port then does not have.
 */
export function registerOperations(
  app: FastifyInstance<Server>,
  { registry, primary, api, readiness }: Operations,
): void {
  const router = app as unknown as Router
  registerHealth(router)
  registerReadyz(router, readiness)
  registerMetrics(router, registry, primary)
  registerReference(app, api)
}
