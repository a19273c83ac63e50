import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sparticuz, { inflate } from '@sparticuz/chromium'

/** A browser that can be started, with what it needs in its environment. */
export interface BrowserProgram {
  readonly executablePath: string
  readonly env: Readonly<Record<string, string>>
}

const PACKAGE = dirname(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')))
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url))

/**
 * Chromium as npm brought it, unpacked once. It needs nothing of the system but the C library: the package carries the
 * libraries that a bare Debian lacks (meant for AL2023, a cloud's Linux) and a font. `RAMP_TEST_BROWSER` names another
 * Chromium, where the package's own (Linux on x64) does not run.
 */
export async function chromiumProgram(): Promise<BrowserProgram> {
  const own = process.env['RAMP_TEST_BROWSER']
  if (own) return { executablePath: own, env: {} }
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { version: string }
  const folder = join(CACHE, `chromium-${version}`)
  if (!existsSync(folder)) await unpackTo(folder)
  return {
    executablePath: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  }
}

/** All of it or nothing: a run that is stopped half-way, or another at the same time, leaves no half browser. */
async function unpackTo(folder: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true })
  const unfinished = mkdtempSync(join(CACHE, 'chromium-unfinished-'))
  // The package unpacks into the system's folder for temporary files, which others share.
  const { TMPDIR } = process.env
  process.env['TMPDIR'] = unfinished
  try {
    await sparticuz.executablePath()
    await inflate(join(PACKAGE, 'bin/al2023.tar.br'))
  } finally {
    if (TMPDIR === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = TMPDIR
  }
  writeFileSync(join(unfinished, 'fonts.conf'), fontsIn(folder))
  try {
    renameSync(unfinished, folder)
  } catch (error) {
    rmSync(unfinished, { recursive: true })
    if (!existsSync(folder)) throw error
  }
}

/** Only the font of the package: pages measure the same on every machine. */
const fontsIn = (folder: string) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>
`
