import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Actor, TokenHolder, tokenVerifier } from '../../server/test/support/actors.ts'
import { send } from '../../server/test/support/http-client.ts'
import { useServer } from '../../server/test/support/test-app.ts'
import { README, startDocumented } from './support/documented-service.ts'
import { BUN, DENO, RUNTIMES } from './support/runtimes.ts'

const run = promisify(execFile)
const BUILD = fileURLToPath(new URL('../scripts/build.ts', import.meta.url))
const BUILDING_MS = 300_000
/** What `createVerifier` may weigh, minified and compressed. */
const MOST_BYTES = 6 * 1024

describe('The published package', () => {
  const server = useServer('sqlite')
  const folder = mkdtempSync(join(tmpdir(), 'ramp-verifier-'))
  const built = join(folder, 'built')
  const scratch = join(folder, 'scratch')
  let tarball: Buffer
  let entries: readonly string[]

  beforeAll(async () => {
    await run(process.execPath, [BUILD, built])
    entries = Object.keys(JSON.parse(readFileSync(join(built, 'package.json'), 'utf8')).exports)
    await run('npm', ['pack', built, '--pack-destination', folder])
    const name = readdirSync(folder).find((file) => file.endsWith('.tgz')) as string
    tarball = readFileSync(join(folder, name))
    mkdirSync(scratch)
    writeFileSync(join(scratch, 'package.json'), JSON.stringify({ name: 'scratch', private: true, type: 'module' }))
    const quiet = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts']
    await run('npm', ['install', ...quiet, join(folder, name)], { cwd: scratch })
  }, BUILDING_MS)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('has every entry of the source, with types, code, README and licence', () => {
    expect(entries).toEqual(['.', './coherence', './express', './fastify', './hono', './node', './web'])
    const files = readdirSync(built)
    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'index.js', 'index.d.ts']))
    expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([])
    expect(readdirSync(join(scratch, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@ramp'])
  })

  test('passes publint', async () => {
    const bytes = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length) as ArrayBuffer
    const { messages } = await publint({ pack: { tarball: bytes }, strict: true })
    expect(messages.filter(({ type }) => type !== 'suggestion')).toEqual([])
  })

  test('has types that every module resolution which knows ES modules finds', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(tarball))
    if (!analysis.types) throw new Error('It has no types.')
    expect(Object.keys(analysis.entrypoints)).toEqual(entries)
    const older = ['node10', 'node16-cjs']
    const problems = analysis.problems.filter(
      (problem) => !older.includes('resolutionKind' in problem ? problem.resolutionKind : ''),
    )
    expect(problems).toEqual([])
  })

  test.each(RUNTIMES)('is imported, entry by entry, and verifies under $name', async ({ command }) => {
    const [file, ...words] = command
    const { secret } = await tokenVerifier(server.origin, server.administrator)
    const script = await server.administrator.token()
    const program = `
      const names = []
      for (const entry of ${JSON.stringify(entries)}) {
        const loaded = await import('@ramp/verifier' + entry.slice(1))
        names.push(...Object.keys(loaded).filter((name) => /^(createVerifier|requireToken|keepCoherent)$/.test(name)))
      }
      const { createVerifier } = await import('@ramp/verifier')
      const verifier = createVerifier({ url: '${server.origin}', token: process.env.VERIFIER_TOKEN })
      const { outcome } = await verifier.verify('Bearer ' + process.env.PRESENTED_TOKEN)
      await verifier.close()
      console.log(JSON.stringify({ major: Number(process.versions.node.split('.')[0]), names, outcome }))`
    writeFileSync(join(scratch, 'program.js'), program)
    const env = { ...process.env, HOME: scratch, VERIFIER_TOKEN: secret, PRESENTED_TOKEN: script.secret }
    const { stdout } = await run(file, [...words, 'program.js'], { cwd: scratch, env })
    const { major, names, outcome } = JSON.parse(stdout)
    expect(major).toBeGreaterThanOrEqual(20)
    expect(names).toEqual(['createVerifier', 'keepCoherent', ...Array(5).fill('requireToken')])
    expect(outcome).toBe('active')
  })

  test.each([
    { ...DENO, stop: 'shutdown' },
    { ...BUN, stop: 'stop' },
  ])('guards what $name serves, by the example of the README', async ({ stop, ...runtime }) => {
    const { secret } = await tokenVerifier(server.origin, server.administrator)
    const owner = await server.member({ roles: ['GlobalTemplateViewer'] })
    const service = await startDocumented(runtime, { folder: scratch, url: server.origin, token: secret, stop })
    let questions = 0
    server.app.server.on('request', ({ url }) => {
      if (url?.endsWith('/verifiers/introspect')) questions++
    })
    const answerTo = async (holder: TokenHolder) => {
      const before = questions
      const { status, body } = await new TokenHolder(service.origin, holder).get('/templates')
      return { status, body, isFromMemory: questions === before }
    }
    const accepted = { status: 200, body: { hello: owner.username } }
    const refused = (status: number, code: string) => ({ status, body: { code } })

    const script = await owner.token()
    await expect.poll(() => answerTo(script), { timeout: 10_000 }).toEqual({ ...accepted, isFromMemory: true })
    expect((await owner.delete(`/api/v1/tokens/${script.id}`)).status).toBe(204)
    expect(await answerTo(script)).toMatchObject(refused(401, 'token_revoked'))

    const narrowed = await owner.tokenWith('own-tokens:read')
    expect(await answerTo(narrowed)).toMatchObject(refused(403, 'insufficient_permissions'))
    const here = await owner.token({ allowedAddresses: ['127.0.0.0/8'] })
    expect(await answerTo(here)).toMatchObject(accepted)
    const elsewhere = await owner.token({ allowedAddresses: ['192.0.2.0/24'] })
    expect(await answerTo(elsewhere)).toMatchObject(refused(403, 'address_not_allowed'))

    const missing = refused(401, 'authentication_required')
    expect(await new Actor(service.origin).get('/templates')).toMatchObject(missing)
    const Authorization = [`Bearer ${here.secret}`, `Bearer ${here.secret}`]
    expect(await send(service.origin, 'GET', '/templates', { headers: { Authorization } })).toMatchObject(missing)

    service.kill('SIGTERM')
    expect(await service.exited).toMatchObject({ code: 0, signal: null })
    const { body } = await server.administrator.get('/api/v1/verifiers')
    expect(body.items.map(({ name }: { name: string }) => name)).not.toContain('runbooks')
  })

  test.each([DENO, BUN])('names in its README the $name that it was tested with', ({ name }) => {
    const { devDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(README).toContain(`${name} ${devDependencies[name.toLowerCase()].split('.', 2).join('.')}`)
  })

  test(`weighs less than ${MOST_BYTES} bytes, minified and compressed`, async () => {
    const entry = join(folder, 'entry.js')
    writeFileSync(entry, `export { createVerifier } from '${join(built, 'index.js')}'`)
    const bundle = await rolldown({ input: entry, platform: 'node' })
    const { output } = await bundle.generate({ minify: true })
    expect(output).toHaveLength(1)
    const { length } = gzipSync(output[0].code)
    expect(length).toBeGreaterThan(1000)
    expect(length).toBeLessThan(MOST_BYTES)
  })
})
