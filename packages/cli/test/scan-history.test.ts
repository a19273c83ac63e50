import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateToken } from '@ramp/verifier'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Member } from '../../server/test/support/actors.ts'
import { useServer } from '../../server/test/support/test-app.ts'
import { openShell } from './support/ramp.ts'
import { createRepository } from './support/repository.ts'

const newToken = () => generateToken('ramp', 'pat')
const shell = openShell()
const short = (id: string) => id.slice(0, 12)

describe('ramp scan of a git history', () => {
  test('finds what a later commit removed, by the commit that brought it', async () => {
    const repository = createRepository()
    const { id, text } = newToken()
    repository.commit('nothing yet')
    repository.write('config/app.yml', `a: 1\ntoken: ${text}\n`)
    const brought = repository.commit()
    repository.write('config/app.yml', `a: 2\ntoken: ${text}\n`)
    repository.commit()
    repository.write('config/app.yml', 'a: 3\n')
    repository.commit()
    const scan = await shell.ramp(['scan', repository.folder])
    expect(scan).toMatchObject({ code: 1, stdout: `${short(brought)}:config/app.yml:2: ramp_pat_${id}\n` })
    expect((await shell.ramp(['scan', '--no-history', repository.folder])).code).toBe(0)
    expect((await shell.ramp(['scan', '--json', repository.folder])).json()).toEqual([
      { token: `ramp_pat_${id}`, commit: brought, path: 'config/app.yml', line: 2 },
    ])
  })

  test('on other branches, in stashes, in merges, in messages, in tags, and in what was amended away', async () => {
    const repository = createRepository()
    const { folder, git, write, commit } = repository
    const tokens = Object.fromEntries(
      ['branch', 'stash', 'merge', 'message', 'tag', 'amended'].map((where) => [where, newToken()]),
    )
    const text = (where: string) => tokens[where]?.text ?? ''
    write('file', 'first\n')
    commit()
    git('checkout', '--quiet', '-b', 'other')
    write('on branch', text('branch'))
    commit()
    git('checkout', '--quiet', 'main')
    write('stashed', text('stash'))
    git('add', '--all')
    git('stash')
    write('own', 'x')
    commit()
    git('merge', '--quiet', '--no-ff', '--no-commit', 'other')
    write('in the merge', text('merge'))
    commit()
    commit(`fix: the token was ${text('message')}`)
    git('tag', '--annotate', 'v1', '--message', text('tag'))
    write('amended', text('amended'))
    commit()
    git('rm', '--quiet', 'amended')
    git('commit', '--quiet', '--amend', '--allow-empty', '--message', 'clean')

    const found = (await shell.ramp(['scan', '--json', folder])).json()
    const places = Object.fromEntries(
      Object.entries(tokens).map(([where, { id }]) => [
        where,
        found
          .filter(
            ({ token, commit }: { token: string; commit: string | null }) => token.endsWith(id) && commit !== null,
          )
          .map(({ path }: { path: string | null }) => path),
      ]),
    )
    expect(places).toEqual({
      branch: ['on branch'],
      stash: ['stashed'],
      merge: ['in the merge'],
      message: [null],
      tag: [null],
      amended: ['amended'],
    })
  })

  test('in an object that no commit has any more', async () => {
    const repository = createRepository()
    const { id, text } = newToken()
    repository.write('once', text)
    repository.git('add', 'once')
    const object = repository.git('rev-parse', ':once')
    repository.git('rm', '--quiet', '--cached', 'once')
    repository.write('once', 'gone')
    expect((await shell.ramp(['scan', repository.folder])).stdout).toBe(
      `git object ${short(object)}, in no commit:1: ramp_pat_${id}\n`,
    )
  })

  test('of a part of a repository says what concerns that part; of a bare one, everything', async () => {
    const repository = createRepository()
    const [here, there] = [newToken(), newToken()]
    repository.write('here/a', here.text)
    repository.write('there/b', there.text)
    const commit = repository.commit()
    expect((await shell.ramp(['scan', join(repository.folder, 'here')])).stdout).toBe(
      `a:1: ramp_pat_${here.id}\n${short(commit)}:a:1: ramp_pat_${here.id}\n`,
    )
    repository.git('clone', '--quiet', '--bare', '.', 'bare.git')
    expect((await shell.ramp(['scan', join(repository.folder, 'bare.git')])).stdout).toBe(
      `${short(commit)}:here/a:1: ramp_pat_${here.id}\n${short(commit)}:there/b:1: ramp_pat_${there.id}\n`,
    )
  })

  test('an empty repository has none, and a broken one is said to be', async () => {
    const repository = createRepository()
    expect((await shell.ramp(['scan', repository.folder])).code).toBe(0)
    repository.write('file', newToken().text)
    repository.commit()
    writeFileSync(join(repository.folder, '.git', 'index'), 'not an index')
    const broken = await shell.ramp(['scan', repository.folder])
    expect(broken).toMatchObject({ code: 5, stderr: expect.stringMatching(/^ramp: git ls-files: .+$/m) })
  })

  test('runs nothing that the repository names', async () => {
    const repository = createRepository()
    const mark = join(repository.folder, 'ran')
    repository.git('config', 'core.fsmonitor', `touch ${mark}; false`)
    repository.git('config', 'diff.external', `touch ${mark}; false`)
    repository.write('file', 'x')
    await shell.ramp(['scan', repository.folder])
    await shell.ramp(['scan', '--staged', repository.folder])
    expect(existsSync(mark)).toBe(false)
  })
})

describe('ramp scan --staged', () => {
  test('as a pre-commit hook stops a commit with a token, and no other', async () => {
    const repository = createRepository()
    const { id, text } = newToken()
    repository.write('first', text)
    repository.git('add', 'first')
    expect(await shell.ramp('scan --staged', { cwd: repository.folder })).toMatchObject({
      code: 1,
      stdout: `first:1: ramp_pat_${id}\n`,
    })
    repository.commit()
    expect((await shell.ramp('scan --staged', { cwd: repository.folder })).code).toBe(0)

    // What is in the index counts, not what is in the file.
    repository.write('second ü', `\n${newToken().text}`)
    repository.git('add', '--all')
    repository.write('second ü', 'removed again')
    expect((await shell.ramp('scan --staged', { cwd: repository.folder })).stdout).toMatch(/^second ü:2: ramp_pat_/)
    repository.git('add', '--all')
    repository.git('rm', '--quiet', 'first')
    expect((await shell.ramp('scan --staged', { cwd: repository.folder })).code).toBe(0)
  })

  test('stops git itself from committing', () => {
    const repository = createRepository()
    const ramp = fileURLToPath(new URL('../bin/ramp.js', import.meta.url))
    const hook = `#!/bin/sh\nexec '${process.execPath}' '${ramp}' scan --staged\n`
    repository.write('.git/hooks/pre-commit', hook)
    chmodSync(join(repository.folder, '.git/hooks/pre-commit'), 0o755)
    repository.write('file', 'nothing\n')
    const first = repository.commit()
    const { id, text } = newToken()
    repository.write('file', text)
    expect(() => repository.git('commit', '--all', '--message', 'with a token')).toThrow(`file:1: ramp_pat_${id}`)
    expect(() => repository.git('commit', '--message', 'with a token', 'file')).toThrow(`file:1: ramp_pat_${id}`)
    expect(repository.git('rev-parse', 'HEAD')).toBe(first)
  })

  test('outside of a repository says so', async () => {
    expect((await shell.ramp('scan --staged', { cwd: shell.folder })).code).toBe(2)
  })
})

describe('ramp scan --check', () => {
  const server = useServer('sqlite')
  let owner: Member
  beforeAll(async () => {
    owner = await server.member()
  })

  test('asks the server about each token once, and shows which are alive', async () => {
    const repository = createRepository()
    const [alive, revoked, elsewhere] = [await owner.token(), await owner.token(), newToken()]
    await owner.delete(`/api/v1/tokens/${revoked.id}`)
    repository.write('a', `${alive.secret}\n${revoked.secret}\n${elsewhere.text}\n${alive.secret}`)
    const scan = await shell.ramp(['scan', '--check', '--url', server.origin, repository.folder])
    expect(scan.code).toBe(1)
    expect(scan.stdout).toBe(
      `a:1: ramp_pat_${alive.id} active, of ${owner.username}\na:2: ramp_pat_${revoked.id} token_revoked\n` +
        `a:3: ramp_pat_${elsewhere.id} token_invalid\na:4: ramp_pat_${alive.id} active, of ${owner.username}\n`,
    )
    const [first] = (await shell.ramp(['scan', '--check', '--json', '--url', server.origin, repository.folder])).json()
    expect(first).toMatchObject({ token: `ramp_pat_${alive.id}`, state: { isActive: true, username: owner.username } })
  })
})
