import type { Actor } from '../core/actor.ts'
import { toInstant } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import { Secret } from '../core/secret.ts'
import type { Router } from '../http/routes.ts'
import { NoContent } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import type { Verdict } from '../verification/verdict.ts'
import { listVerifiers } from './list-verifiers.ts'
import { renewLease } from './renew-lease.ts'
import {
  ConnectBody,
  FindingBody,
  OneVerifier,
  PresentedBody,
  RegistrationBody,
  RenewalBody,
  RenewBody,
  VerifierListBody,
} from './verifier-schemas.ts'

const tags = ['Verifiers']

/**
 * `/api/v1/verifiers`: verifiers inside other services, which decide from memory under a lease as the nodes of RAMP do
 * (docs/coherence.md). `@ramp/verifier` is the other side.
 */
export function registerVerifierRoutes(app: Router, services: Services): void {
  const { database, verifier, clock, tokenPrefix } = services
  const { leases } = database

  app.get(
    '/api/v1/verifiers',
    {
      schema: {
        operationId: 'listVerifiers',
        tags,
        summary: 'Who verifies tokens from memory, and how far behind',
        response: { 200: VerifierListBody },
      },
    },
    () => listVerifiers(database),
  )

  app.post(
    '/api/v1/verifiers',
    {
      schema: {
        operationId: 'connectVerifier',
        tags,
        summary: 'Begin to verify tokens from memory',
        description:
          'Gives a lease. From the answer on, every change that takes something away waits until this verifier has reported it as applied, or its lease is over.',
        body: ConnectBody,
        response: { 201: RegistrationBody },
      },
    },
    async (req, reply) => {
      const { name, version = '', formerId } = req.body
      const holder = { kind: 'service' as const, name, version, accountId: accountOf(req.actor) }
      const registration = await leases.register(holder, formerId, clock())
      return reply.status(201).send({ ...registration, tokenPrefix })
    },
  )

  app.post(
    '/api/v1/verifiers/:id/renew',
    {
      config: { problems: ['verifier_not_found'] },
      schema: {
        operationId: 'renewVerifier',
        tags,
        summary: 'Renew the lease, report what is applied, and hear what has changed',
        description: 'Answers at once if something has changed, else when something does, after a second at most.',
        params: OneVerifier,
        body: RenewBody,
        response: { 200: RenewalBody },
      },
    },
    async (req) => {
      const { used = [], waitMs = 1000, ...report } = req.body
      return renewLease(services, accountOf(req.actor), { id: req.params.id, ...report, used, waitMs })
    },
  )

  app.post(
    '/api/v1/verifiers/introspect',
    {
      schema: {
        operationId: 'introspectForVerifier',
        tags,
        summary: 'What a token is, for a verifier that has not seen it yet',
        description:
          'Says the outcome, the epoch it was decided on, and for an active token what the verifier may keep. It may keep it if no later change was applied meanwhile.',
        body: PresentedBody,
        response: { 200: FindingBody },
      },
    },
    (req, reply) => {
      const { token, address = '', client } = req.body
      verifier.verify(new Secret(token), { address, client }, (verdict, epoch) => {
        void reply.send({ outcome: verdict.outcome, epoch, ...(verdict.outcome === 'active' && findingOf(verdict)) })
      })
    },
  )

  app.delete(
    '/api/v1/verifiers/:id',
    {
      schema: {
        operationId: 'disconnectVerifier',
        tags,
        summary: 'Give the lease back',
        description: 'Nobody waits for this verifier any more. There need not be such a lease.',
        params: OneVerifier,
        response: { 204: NoContent },
      },
    },
    async (req, reply) => {
      await leases.release(req.params.id, accountOf(req.actor))
      return reply.status(204).send(null)
    },
  )
}

/** The lease belongs to an account: nobody ends or renews another's. */
function accountOf(actor: Actor): string {
  if (actor.kind === 'anonymous') throw new Problem('authentication_required')
  return actor.account.id
}

function findingOf({ token, account, permissions }: Extract<Verdict, { outcome: 'active' }>) {
  const { id, kind, expiresAt } = token
  return {
    credential: {
      token: {
        id,
        kind,
        expiresAt: expiresAt === null ? null : toInstant(expiresAt),
        isAddressBound: token.allowedAddresses !== null || token.policyAddresses !== null,
      },
      account: {
        id: account.id,
        kind: account.kind,
        username: account.username,
        displayName: account.displayName,
        roles: [...account.roles],
      },
      permissions: [...permissions],
    },
  }
}
