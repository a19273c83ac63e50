import { execFileSync } from 'node:child_process'
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * `npm run build --workspace @ramp/verifier`: writes the package as it is published to `dist/`, or to the folder named, with a
 * package.json of its own (docs/decisions/0020). `npm pack ./packages/verifier/dist` packs it.
 */
const source = fileURLToPath(new URL('../', import.meta.url))
const dist = resolve(process.argv[2] ?? join(source, 'dist'))

rmSync(dist, { recursive: true, force: true })
execFileSync('tsc', ['-p', join(source, 'tsconfig.build.json'), '--outDir', dist], { stdio: 'inherit' })
for (const declaration of globSync(join(dist, '*.d.ts'))) {
  // The compiler renames imports in code, and leaves them in declarations.
  const text = readFileSync(declaration, 'utf8')
  writeFileSync(declaration, text.replaceAll(/(from '\.\/[a-z-]+)\.ts'/g, "$1.js'"))
}

const { private: _, scripts: __, devDependencies: ___, exports, ...published } = readPackage()
const built = Object.entries(exports).map(([entry, path]) => {
  const name = path.replace('/src/', '/').replace(/\.ts$/, '')
  return [entry, { types: `${name}.d.ts`, default: `${name}.js` }]
})
writeFileSync(
  join(dist, 'package.json'),
  `${JSON.stringify({ ...published, sideEffects: false, exports: Object.fromEntries(built) }, null, 2)}\n`,
)
cpSync(join(source, 'README.md'), join(dist, 'README.md'))
cpSync(join(source, '../../LICENSE'), join(dist, 'LICENSE'))

interface SourcePackage {
  readonly private: boolean
  readonly scripts: unknown
  readonly devDependencies: unknown
  /** By entry, the source. */
  readonly exports: Readonly<Record<string, string>>
}

function readPackage(): SourcePackage {
  return JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
}
