import { execFile, execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenVerifier } from '../../server/test/support/actors.ts'
import { useServer } from '../../server/test/support/test-app.ts'

const run = promisify(execFile)
const BUILD = fileURLToPath(new URL('../scripts/build.ts', import.meta.url))
const BUILDING_MS = 300_000
/** What `createVerifier` may weigh, minified and compressed. */
const MOST_BYTES = 6 * 1024

/** Node 20 and later of those that this machine has: the package works without our compiler, on older ones, too. */
const NODES = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .filter((file) => existsSync(file))
  .map((file) => realpathSync(file))
  .filter((file, index, all) => all.indexOf(file) === index)
  .filter((file) => Number(execFileSync(file, ['-p', 'parseInt(process.versions.node)'])) >= 20)

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

  test.each(NODES)('is imported, entry by entry, and verifies under %s', async (node) => {
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
    const env = { ...process.env, VERIFIER_TOKEN: secret, PRESENTED_TOKEN: script.secret }
    const { stdout } = await run(node, ['program.js'], { cwd: scratch, env })
    const { major, names, outcome } = JSON.parse(stdout)
    expect(major).toBeGreaterThanOrEqual(20)
    expect(names).toEqual(['createVerifier', 'keepCoherent', ...Array(5).fill('requireToken')])
    expect(outcome).toBe('active')
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
