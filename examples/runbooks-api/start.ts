import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createVerifier } from '@ramp/verifier'
import { runbooksApi } from './api.ts'
import { behindNginxGuard } from './guards/behind-nginx.ts'
import { introspectionGuard } from './guards/introspection.ts'
import { libraryGuard } from './guards/library.ts'
import { type Accounts, makeAccounts } from './start/accounts.ts'
import { startNginx } from './start/nginx.ts'
import { ADMINISTRATOR, startRamp } from './start/ramp.ts'

/**
 * `npm run example`: RAMP and a small API behind it, three times: by the library, by introspection, and behind nginx. All data is in a
 * folder that goes at the end. Four ports from RUNBOOKS_PORT on (7270), or free ones for 0.
 */
const base = Number(process.env['RUNBOOKS_PORT'] ?? 7270)
const ports = [0, 1, 2, 3].map((offset) => (base === 0 ? 0 : base + offset)) as [number, number, number, number]

const folder = mkdtempSync(join(tmpdir(), 'runbooks-'))
/** What has to be ended, the last one first. */
const endings: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]

async function end(): Promise<void> {
  for (const ending of endings.splice(0).toReversed()) await ending()
}

const started = start().catch((error: unknown) => {
  process.stderr.write(`The example cannot start: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
  return end()
})
// What is half started is first started to its end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => started.then(end))

async function start(): Promise<void> {
  const ramp = await startRamp(folder, ports[0])
  endings.push(ramp.close)
  const accounts = await makeAccounts(ramp.origin)

  const verifier = createVerifier({ url: ramp.origin, token: accounts.verifierToken, name: 'runbooks' })
  endings.push(verifier.close)
  const library = runbooksApi(libraryGuard(verifier))
  const introspection = runbooksApi(introspectionGuard(ramp.origin, accounts.verifierToken))
  const behindNginx = runbooksApi(behindNginxGuard)
  for (const api of [library, introspection, behindNginx]) endings.push(() => api.close())

  const socket = join(folder, 'api.sock')
  await behindNginx.listen({ path: socket })
  const nginx = await startNginx({ folder, port: ports[3], ramp: ramp.origin, socket })
  if (nginx !== undefined) endings.push(nginx.close)

  process.stdout.write(
    story(ramp.origin, accounts, {
      'the library': await library.listen({ host: '127.0.0.1', port: ports[1] }),
      introspection: await introspection.listen({ host: '127.0.0.1', port: ports[2] }),
      nginx: nginx?.origin ?? '(nginx is not installed)',
    }),
  )
}

function story(ramp: string, { memberToken, narrowedToken }: Accounts, apis: Readonly<Record<string, string>>): string {
  const addresses = Object.entries(apis).map(([way, origin]) => `    ${`by ${way}`.padEnd(18)} ${origin}`)
  return `
  RAMP               ${ramp}   (${ADMINISTRATOR.username}, password "${ADMINISTRATOR.password}")
  The API of runbooks, three times:
${addresses.join('\n')}

  export API=${apis['the library']}
  export TOKEN=${memberToken}
  export NARROWED=${narrowedToken}

  # Rita may read templates, begin an instance and do its steps,
  curl -H "Authorization: Bearer $TOKEN" $API/templates
  curl -H "Authorization: Bearer $TOKEN" --json '{"templateId":1}' $API/instances
  curl -H "Authorization: Bearer $TOKEN" -X POST $API/instances/1/steps
  # but make no templates: 403. Nor may her narrowed token see instances.
  curl -i -H "Authorization: Bearer $TOKEN" --json '{"name":"x","steps":[]}' $API/templates
  curl -i -H "Authorization: Bearer $NARROWED" $API/instances
  # She revokes her token; the next request is refused: 401.
  curl -X DELETE -H "Authorization: Bearer $TOKEN" ${ramp}/api/v1/tokens/current
  curl -i -H "Authorization: Bearer $TOKEN" $API/templates

  Ctrl-C ends all of it.
`
}
