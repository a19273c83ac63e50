import type { FastifyRequest } from 'fastify'
import { recordAudit } from '../audit/audit.ts'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { isAdministrative } from './access.ts'
import { visitorContextOf } from './authenticate.ts'

/**
 * An administrative action that was refused to somebody known leaves an event: for want of a permission (403), or
 * because a rule forbids it (409). Written before the answer goes out.
 */
export function auditRefusals(services: Services) {
  return async (req: FastifyRequest, _reply: unknown, error: Error): Promise<void> => {
    const rule = req.routeOptions.config.access
    if (!(error instanceof Problem) || (error.status !== 403 && error.status !== 409)) return
    if (rule === undefined || !isAdministrative(rule) || req.actor.kind === 'anonymous') return
    const { id } = (req.params ?? {}) as { id?: string }
    const refusal = {
      action: 'request.refused',
      outcome: 'refused',
      target: { type: 'route', id: `${req.method} ${req.routeOptions.url}` },
      detail: { code: error.code, ...(id !== undefined && { memberId: id }) },
    } as const
    try {
      await services.database.note('refusal', (trx) => recordAudit(trx, visitorContextOf(req, services), refusal))
    } catch (failure) {
      // It stays refused; where the database cannot take the event, the log does.
      req.log.error({ err: failure, refusal }, 'refusal not recorded')
    }
  }
}
