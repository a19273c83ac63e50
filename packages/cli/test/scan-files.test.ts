import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateToken } from '@ramp/verifier'
import { describe, expect, test } from 'vitest'
import { openShell, temporaryFolder } from './support/ramp.ts'
import { createRepository } from './support/repository.ts'

const newToken = (prefix = 'ramp', kind: 'pat' | 'service' = 'pat') => generateToken(prefix, kind)
const shell = openShell()

describe('ramp scan of a folder', () => {
  test('names each token and its place, and shows no secret', async () => {
    const folder = temporaryFolder()
    const [pat, sat] = [newToken(), newToken('acme', 'service')]
    mkdirSync(join(folder, 'deploy'))
    writeFileSync(join(folder, 'notes.txt'), `one\n\nexport RAMP_TOKEN=${pat.text}\n`)
    writeFileSync(join(folder, 'deploy', '.env'), `TOKEN="${sat.text}"`)
    const scan = await shell.ramp(['scan', folder])
    expect(scan.code).toBe(1)
    expect(scan.stdout).toBe(`deploy/.env:1: acme_sat_${sat.id}\nnotes.txt:3: ramp_pat_${pat.id}\n`)
    expect(scan.stdout + scan.stderr).not.toMatch(/[0-9A-Za-z]{30}/)

    const json = await shell.ramp(['scan', '--json', folder])
    expect(json.json()).toEqual([
      { token: `acme_sat_${sat.id}`, commit: null, path: 'deploy/.env', line: 1 },
      { token: `ramp_pat_${pat.id}`, commit: null, path: 'notes.txt', line: 3 },
    ])
    expect((await shell.ramp(['scan', '--prefix', 'ramp', folder])).stdout).toBe(`notes.txt:3: ramp_pat_${pat.id}\n`)
    expect((await shell.ramp(['scan', join(folder, 'notes.txt')])).stdout).toBe(`notes.txt:3: ramp_pat_${pat.id}\n`)
  })

  test('is done with 0 where there is none: names, look-alikes, mistyped ones', async () => {
    const folder = temporaryFolder()
    const { id, text } = newToken()
    const mistyped = `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`
    writeFileSync(join(folder, 'a'), `ramp_pat_${id}\n${mistyped}\n${text.slice(0, -1)}\nramp_pat_ ramp_sat_\n_pat_`)
    const scan = await shell.ramp(['scan', folder])
    expect(scan).toMatchObject({ code: 0, stdout: '', stderr: '1 files read.\nNo tokens found.\n' })
    expect((await shell.ramp(['scan', '--json', folder])).json()).toEqual([])
  })

  test('finds it glued to other text, in binary files, in UTF-16, and across the edge of what is read at once', async () => {
    const folder = temporaryFolder()
    const { id, text } = newToken()
    const mebibyte = 1024 * 1024
    writeFileSync(join(folder, 'glued'), `x_OLD${text}AND_MORE`)
    writeFileSync(
      join(folder, 'binary'),
      Buffer.concat([Buffer.from([0, 255, 10]), Buffer.from(text), Buffer.alloc(9)]),
    )
    writeFileSync(join(folder, 'powershell'), Buffer.from(`\ufeff\n${text}\n`, 'utf16le'))
    for (const before of [0, 1, 20, 40, 58, 59, 60]) {
      writeFileSync(join(folder, `edge-${before}`), `${'\n'.repeat(mebibyte - before)}${text}\n${'x'.repeat(200)}`)
    }
    const { stdout } = await shell.ramp(['scan', folder])
    const places = stdout.trimEnd().split('\n').sort()
    expect(places).toEqual(
      [
        `binary:2: ramp_pat_${id}`,
        ...[0, 1, 20, 40, 58, 59, 60].map((before) => `edge-${before}:${mebibyte - before + 1}: ramp_pat_${id}`),
        `glued:1: ramp_pat_${id}`,
        `powershell:2: ramp_pat_${id}`,
      ].sort(),
    )
  })

  test('follows no link, unless it is the one that is named', async () => {
    const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()]
    writeFileSync(join(elsewhere, 'secret'), newToken().text)
    symlinkSync(elsewhere, join(folder, 'folder'))
    symlinkSync(join(elsewhere, 'secret'), join(folder, 'file'))
    symlinkSync('loop', join(folder, 'loop'))
    expect(await shell.ramp(['scan', folder])).toMatchObject({ code: 0, stdout: '' })
    // What is named itself is meant.
    expect((await shell.ramp(['scan', join(folder, 'folder')])).stdout).toMatch(/^secret:1: /)
    expect((await shell.ramp(['scan', join(folder, 'file')])).stdout).toMatch(/^secret:1: /)
  })

  test('leaves out the examples that are named', async () => {
    const folder = temporaryFolder()
    const [example, real] = [newToken(), newToken()]
    writeFileSync(join(folder, 'README.md'), `${example.text}\n${real.text}\n`)
    const one = await shell.ramp(['scan', '--except', example.id, folder])
    expect(one).toMatchObject({ code: 1, stdout: `README.md:2: ramp_pat_${real.id}\n` })
    const both = await shell.ramp(['scan', '--except', example.id, '--except', `ramp_pat_${real.id}`, folder])
    expect(both.code).toBe(0)
  })

  test('in a repository, passes over what git ignores unless it is asked for', async () => {
    const repository = createRepository()
    const { id, text } = newToken()
    repository.write('.gitignore', '.env\nbuild/\n')
    repository.write('.env', text)
    repository.write('build/out.js', text)
    repository.write('not-added.txt', text)
    repository.write('nested/.git/HEAD', 'ref: refs/heads/main\n')
    const scan = await shell.ramp(['scan', '--no-history', repository.folder])
    expect(scan.stdout).toBe(`not-added.txt:1: ramp_pat_${id}\n`)
    const all = await shell.ramp(['scan', '--no-history', '--ignored', repository.folder])
    expect(all.stdout.match(/^[^:]+/gm)).toEqual(['.env', 'build/out.js', 'not-added.txt'])
  })

  test('shows a file’s name as text, whatever is in it', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'a\u001b[2Jb\nc'), newToken().text)
    expect((await shell.ramp(['scan', folder])).stdout).toMatch(/^a\?\[2Jb\?c:1: ramp_pat_/)
  })
})
