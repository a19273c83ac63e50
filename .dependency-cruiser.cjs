/** The layering of the code, as rules that `npm run check` enforces. See ARCHITECTURE.md. */
const FEATURES = '(tokens|members|groups|service-accounts|roles|inventory|sessions|policy|audit|oauth|verifiers)'
const SERVER = '^packages/server/src'

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'core-imports-nothing-of-ours',
      severity: 'error',
      from: { path: `${SERVER}/core/` },
      to: { path: '^packages/', pathNot: `${SERVER}/core/` },
    },
    {
      name: 'storage-knows-only-core',
      severity: 'error',
      from: { path: `${SERVER}/storage/` },
      to: { path: '^packages/', pathNot: [`${SERVER}/(storage|core)/`, '^packages/verifier/src/coherence'] },
    },
    {
      name: 'verification-knows-no-feature',
      comment: 'It reads the role catalogue, and nothing else of the features. Its routes speak HTTP besides.',
      severity: 'error',
      from: { path: `${SERVER}/verification/`, pathNot: '-(routes|schemas)\\.ts$' },
      to: {
        path: '^packages/',
        pathNot: [
          `${SERVER}/(verification|storage|core)/`,
          `${SERVER}/(roles/role-catalogue|version)`,
          '^packages/verifier/',
        ],
      },
    },
    {
      name: 'use-cases-and-stores-know-no-http',
      comment: 'Only *-routes.ts, *-handlers.ts and *-schemas.ts of a feature speak HTTP.',
      severity: 'error',
      from: { path: `${SERVER}/${FEATURES}/`, pathNot: '-(routes|handlers|schemas)\\.ts$' },
      to: {
        path: [`${SERVER}/http/`, '-(routes|handlers|schemas)\\.ts$', 'node_modules/fastify', 'node_modules/@fastify'],
      },
    },
    {
      name: 'http-knows-no-use-case',
      comment: 'It authenticates and words refusals; what a feature does, only its own routes call.',
      severity: 'error',
      from: { path: `${SERVER}/http/` },
      to: {
        path: `${SERVER}/${FEATURES}/`,
        pathNot: [`${SERVER}/sessions/(read-session|session)\\.ts`, `${SERVER}/audit/audit\\.ts`],
      },
    },
    {
      name: 'only-app-wires',
      severity: 'error',
      from: { path: SERVER, pathNot: `${SERVER}/(app|main|commands/)` },
      to: { path: `${SERVER}/(app|main|config|commands/.*)\\.ts` },
    },
    {
      name: 'the-verifier-depends-on-nothing',
      comment: 'But on types of frameworks: its published entries are imported without these in a test.',
      severity: 'error',
      from: { path: '^packages/verifier/src/' },
      to: { pathNot: ['^packages/verifier/src/', '^(node:)?crypto$', '^node_modules/(hono|fastify)/'] },
    },
    {
      name: 'the-client-knows-only-the-api',
      comment: 'Its types come from docs/openapi.json.',
      severity: 'error',
      from: { path: '^packages/client/src/' },
      to: { path: '^packages/', pathNot: '^packages/client/src/' },
    },
    {
      name: 'the-command-line-speaks-http-only',
      comment: 'It reads the format of tokens from the verifier, and asks the API by the client.',
      severity: 'error',
      from: { path: '^packages/cli/src/' },
      to: { path: '^packages/', pathNot: '^packages/(cli/src|client|verifier)/' },
    },
    {
      name: 'the-web-speaks-http-only',
      severity: 'error',
      from: { path: '^packages/web/' },
      to: { path: '^packages/(server|verifier)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/\\.cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
