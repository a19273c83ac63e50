import { Type } from 'typebox'
import { Problem } from '../core/problem.ts'
import type { Router } from '../http/routes.ts'
import { OneOf } from '../http/schemas.ts'
import type { Readiness } from './readiness.ts'

/** `/readyz`: for load balancers and whoever runs the server. The answer names each check that fails. */
export function registerReadyz(app: Router, readiness: Readiness): void {
  app.get(
    '/readyz',
    {
      config: { problems: ['not_ready'] },
      schema: {
        operationId: 'getReadiness',
        tags: ['Operations'],
        summary: 'Whether the server should get requests',
        description:
          'Answers within 200 ms. `errors` names each check that fails: `shutdown`, `database`, `schema`, `audit`, `lease`.',
        response: { 200: Type.Object({ status: OneOf(['ok'] as const) }) },
      },
    },
    async () => {
      const faults = await readiness.check()
      if (faults.length === 0) return { status: 'ok' as const }
      const isDatabaseAtFault = faults.some(({ check }) => check !== 'shutdown' && check !== 'lease')
      throw new Problem(isDatabaseAtFault ? 'storage_unavailable' : 'not_ready', {
        detail: faults.map(({ message }) => message).join(' '),
        errors: faults.map(({ check, code, message }) => ({ field: check, code, message })),
      })
    },
  )
}
