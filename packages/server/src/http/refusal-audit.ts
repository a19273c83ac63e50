import type { FastifyRequest } from 'fastify'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { isAdministrative } from './access.ts'
import { visitorContextOf } from './authenticate.ts'

/**
 * An administrative action that is refused to somebody known leaves an event: they lack a permission (403), or a rule
 * forbids it (409). The first one is written before the answer goes out; repetitions are counted.
 */
export function auditRefusals(services: Services) {
  return async (req: FastifyRequest, _reply: unknown, error: Error): Promise<void> => {
    const rule = req.routeOptions.config.access
    if (!(error instanceof Problem) || (error.status !== 403 && error.status !== 409)) return
    if (rule === undefined || !isAdministrative(rule) || req.actor.kind === 'anonymous') return
    const { id } = (req.params ?? {}) as { id?: string }
    const refusal = {
      action: 'request.refused',
      target: { type: 'route', id: `${req.method} ${req.routeOptions.url}` },
      detail: { code: error.code },
    } as const
    try {
      await services.refusals.record(visitorContextOf(req, services), refusal, {
        ownDetail: id === undefined ? {} : { memberId: id },
      })
    } catch (failure) {
      // It stays refused; where the database cannot take the event, the log does.
      req.log.error({ err: failure, refusal }, 'refusal not recorded')
    }
  }
}
