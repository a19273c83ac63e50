import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { generateToken } from '@ramp/verifier'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/ramp.ts'

const run = promisify(execFile)
const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

test('the package that npm makes is installed elsewhere and runs there, without the repository', async () => {
  const folder = temporaryFolder()
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: PACKAGE })
  const tarball = join(folder, stdout.trim().split('\n').at(-1) ?? '')
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  // The keyring's binary is optional, and would have to be downloaded.
  const install = ['install', '--offline', '--omit=optional', '--no-package-lock', '--cache', join(folder, 'cache')]
  await run('npm', [...install, tarball], { cwd: folder })

  const { id, text } = generateToken('ramp', 'pat')
  writeFileSync(join(folder, 'leaked'), text)
  const ramp = join(folder, 'node_modules', '@ramp', 'cli', 'bin', 'ramp.js')
  const scan = run(process.execPath, [ramp, 'scan', 'leaked'], { cwd: folder })
  await expect(scan).rejects.toMatchObject({ code: 1, stdout: `leaked:1: ramp_pat_${id}\n` })
  const whoami = run(process.execPath, [ramp, 'whoami'], {
    env: { XDG_CONFIG_HOME: folder, RAMP_URL: 'http://127.0.0.1:1' },
  })
  await expect(whoami).rejects.toMatchObject({ code: 3, stderr: expect.stringContaining('ramp login') })
})
