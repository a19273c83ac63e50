import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import Fastify, { LogController } from 'fastify'
import { registerAuditRoutes } from './audit/audit-routes.ts'
import { type Config, ConfigError } from './config.ts'
import { type Clock, systemClock } from './core/clock.ts'
import { Problem } from './core/problem.ts'
import type { ProblemCode } from './core/problem-catalogue.ts'
import { registerGroupRoutes } from './groups/group-routes.ts'
import { registerMembershipRoutes } from './groups/membership-routes.ts'
import { ACCESS, type AccessRule } from './http/access.ts'
import { authentication } from './http/authenticate.ts'
import { acceptOnlyJson, BODY_LIMIT_BYTES, ignoreBodies } from './http/body-parser.ts'
import { handleError, problemBody, sendProblem } from './http/error-handler.ts'
import { acceptOnlyForms } from './http/form-body.ts'
import { refuseLateReads } from './http/late-reads.ts'
import { loggerOptions, logRequest } from './http/logging.ts'
import { handleOAuthError } from './http/oauth-errors.ts'
import { registerOpenApi } from './http/openapi.ts'
import { registerOperationsRoutes } from './http/operations-routes.ts'
import { auditRefusals } from './http/refusal-audit.ts'
import { nameMetadata } from './http/refusals.ts'
import { guardRoutes, type Router } from './http/routes.ts'
import { buildSerializer } from './http/serialization.ts'
import { registerPages } from './http/static-web.ts'
import { validateStrictly } from './http/validation.ts'
import { registerExplainRoutes } from './inventory/explain-routes.ts'
import { registerInventoryRoutes } from './inventory/inventory-routes.ts'
import { startMaintenance } from './maintenance.ts'
import { registerMemberCsvRoutes } from './members/member-csv-routes.ts'
import { registerMemberRoutes } from './members/member-routes.ts'
import { registerDeviceAuthorizationRoutes } from './oauth/device-authorization-routes.ts'
import { registerMetadataRoutes } from './oauth/metadata-routes.ts'
import { registerRevocationRoutes } from './oauth/revocation-routes.ts'
import { registerTokenEndpoint } from './oauth/token-endpoint-routes.ts'
import { registerPolicyRoutes } from './policy/policy-routes.ts'
import { registerGrantRoutes } from './roles/grant-routes.ts'
import { loadRoleCatalogue, type RoleCatalogue } from './roles/role-catalogue.ts'
import { registerRoleRoutes } from './roles/role-routes.ts'
import { registerServiceAccountRoutes } from './service-accounts/service-account-routes.ts'
import { registerServiceTokenRoutes } from './service-accounts/service-token-routes.ts'
import type { Services } from './services.ts'
import { registerSessionRoutes } from './sessions/session-routes.ts'
import type { Database } from './storage/database.ts'
import { registerActivityRoutes } from './tokens/activity-routes.ts'
import { registerTokenRoutes } from './tokens/token-routes.ts'
import { createVerifier } from './verification/create-verifier.ts'
import { registerForwardAuthRoutes } from './verification/forward-auth-routes.ts'
import { registerBatchIntrospection, registerIntrospection } from './verification/introspection-routes.ts'
import { UsageRecorder } from './verification/last-used.ts'
import { registerVerifierRoutes } from './verifiers/verifier-routes.ts'
import { VERSION } from './version.ts'
import { ASK_ALL_LIMIT_MS, type Line } from './workers/line.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What the server's use cases work with. */
    services: Services
    /** From now on each answer is the last of its connection. */
    finishConnections(): void
  }
}

export interface AppOptions {
  readonly config: Config
  /** Open, and with its schema up to date. `close` of the app leaves it open. */
  readonly database: Database
  readonly clock?: Clock
  /** Where log lines go; standard output if absent. */
  readonly logTo?: { write(line: string): void }
  /** To the primary, if this process is one of several workers. */
  readonly primary?: Line
  /** Routes beyond the server's own, with their access rules: the benchmark compares some. */
  readonly extra?: {
    readonly access: Readonly<Record<string, AccessRule>>
    register(app: Router, services: Services): void
  }
}

/** Puts the server together: the only place that knows all of its parts. `close()` finishes requests and writes usage. */
export async function buildApp({ config, database, clock = systemClock, logTo, primary, extra }: AppOptions) {
  const app = Fastify({
    logger: { ...loggerOptions(config.logLevel), ...(logTo && { stream: logTo }) },
    genReqId: () => randomUUID(),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: trustOf(config.trustProxy),
    requestTimeout: REQUEST_LIMIT_MS,
    http: { headersTimeout: REQUEST_LIMIT_MS, connectionsCheckingInterval: CONNECTIONS_CHECK_MS },
    routerOptions: { maxParamLength: 300 },
    forceCloseConnections: 'idle',
    schemaController: { compilersFactory: { buildSerializer } },
    clientErrorHandler: refuseUnreadable,
    // Fastify's own answer to an address that it cannot read repeats that address, with whatever secret is in it.
    frameworkErrors: handleError,
  })
  const usage = new UsageRecorder(
    database,
    (error) => app.log.warn({ err: error }, 'usage not written; kept for the next time'),
    primary && ((tokenIds) => primary.ask('writeUsageElsewhere', tokenIds, ASK_ALL_LIMIT_MS)),
  )
  primary?.answer('writeUsage', (tokenIds) => usage.flush(tokenIds))
  const catalogue = catalogueOf(config)
  const { tokenPrefix, passwordMinLength } = config
  const verifier = createVerifier(database, {
    tokenPrefix,
    catalogue,
    clock,
    usage,
    onFailure: (error) => app.log.error({ err: error }, 'tokens could not be verified'),
    onDoubt: (error) => app.log.warn({ err: error }, 'the lease is lost: tokens are read from the database meanwhile'),
  })
  const services: Services = { database, catalogue, verifier, usage, clock, tokenPrefix, passwordMinLength }

  validateStrictly(app)
  acceptOnlyJson(app)
  const closeRoutes = guardRoutes(app, extra ? { ...ACCESS, ...extra.access } : ACCESS)
  app.decorateRequest('actor')
  app.decorateRequest('admittedAt', null)
  app.addHook('onRequest', authentication(services, config.publicUrl))
  let isFinishing = false
  app.decorate('finishConnections', () => {
    isFinishing = true
  })
  app.addHook('preClose', async () => app.finishConnections())
  app.addHook('onSend', (req, reply, _payload, done) => {
    // Otherwise a connection whose request was under way would be kept alive, and keep the process, too.
    if (isFinishing) reply.header('connection', 'close')
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    reply.header('x-content-type-options', 'nosniff')
    if (reply.statusCode === 401) nameMetadata(req, reply, config.publicUrl)
    done()
  })
  app.addHook('onSend', refuseLateReads(services))
  app.addHook('onResponse', logRequest)
  app.addHook('onError', auditRefusals(services))
  app.setErrorHandler(handleError)
  app.setNotFoundHandler((req, reply) => sendProblem(new Problem('not_found'), req, reply))

  await registerOpenApi(app, { version: VERSION, publicUrl: config.publicUrl })
  const router = app as unknown as Router
  registerOperationsRoutes(router, services, primary)
  registerSessionRoutes(router, services, config.publicUrl)
  registerTokenRoutes(router, services)
  registerActivityRoutes(router, services)
  registerMemberRoutes(router, services)
  registerMemberCsvRoutes(router, services)
  registerGroupRoutes(router, services)
  registerMembershipRoutes(router, services)
  registerServiceAccountRoutes(router, services)
  registerServiceTokenRoutes(router, services)
  registerInventoryRoutes(router, services)
  registerExplainRoutes(router, services)
  registerRoleRoutes(router, services)
  registerGrantRoutes(router, services)
  registerPolicyRoutes(router, services)
  registerAuditRoutes(router, services)
  registerVerifierRoutes(router, services)
  registerMetadataRoutes(router, config.publicUrl)
  registerBatchIntrospection(router, services, config.publicUrl)
  registerDeviceAuthorizationRoutes(router, services)
  await app.register(async (scope) => {
    acceptOnlyForms(scope)
    scope.setErrorHandler(handleOAuthError)
    const oauth = scope as unknown as Router
    registerTokenEndpoint(oauth, services, config.publicUrl)
    registerIntrospection(oauth, services, config.publicUrl)
    registerRevocationRoutes(oauth, services)
  })
  await app.register(async (scope) => {
    ignoreBodies(scope)
    registerForwardAuthRoutes(scope as unknown as Router, services)
  })
  await registerPages(app)
  extra?.register(router, services)
  closeRoutes()

  const stopMaintenance = startMaintenance(
    services,
    config.auditRetentionDays,
    (error) => app.log.warn({ err: error }, 'maintenance failed'),
    primary,
  )
  app.addHook('onClose', async () => {
    await stopMaintenance()
    await usage.close()
    await verifier.close()
  })
  app.decorate('services', services)
  return app
}

/** The roles that the configuration names. Throws {@link ConfigError} for a file that cannot be used. */
export function catalogueOf({ rolesFile }: Config): RoleCatalogue {
  if (rolesFile === null) return loadRoleCatalogue()
  try {
    return loadRoleCatalogue(rolesFile)
  } catch (error) {
    throw new ConfigError(`RAMP_ROLES_FILE names a role catalogue that cannot be used: ${(error as Error).message}.`)
  }
}

/**
 * A request must arrive whole within this time. The authority for it is decided when its headers arrive, so a body that
 * trickles in would keep an old decision alive. Node takes the longer of this and the limit for the headers as the limit for
 * the whole, so both are the same.
 */
const REQUEST_LIMIT_MS = 10_000

/** How often Node looks for requests over the limit. Its default, 30 s, would add as much to the limit. */
const CONNECTIONS_CHECK_MS = 1000

/** Fastify's own hop counts trust nobody; hop 0 is the peer itself. */
function trustOf(trustProxy: Config['trustProxy']) {
  if (typeof trustProxy === 'number') return (_address: string, hop: number) => hop < trustProxy
  return trustProxy === false ? false : [...trustProxy]
}

/** What the errors of Node's parser mean; any other is a bad request. */
const UNREADABLE: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** A request that Node's parser refuses never reaches a route; it is answered in the same form. */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = new Problem(UNREADABLE[error.code ?? ''] ?? 'bad_request')
  const body = JSON.stringify(problemBody(problem, randomUUID()))
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  // Destroyed, not only ended: the rest of a late body must not be read any more.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
