import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Member, TokenHolder } from '../../server/test/support/actors.ts'
import { useServer } from '../../server/test/support/test-app.ts'
import { openShell, type Shell, temporaryFolder } from './support/ramp.ts'

const PROGRAM = fileURLToPath(new URL('../bin/ramp.js', import.meta.url))

/** On a terminal: `script`, of util-linux, gives the command one and passes on what is typed. */
describe.runIf(process.platform === 'linux')('On a terminal', () => {
  const server = useServer('sqlite')
  let owner: Member
  let script: TokenHolder
  let shell: Shell

  beforeAll(async () => {
    owner = await server.member()
    script = await owner.token()
    shell = openShell()
  })

  /** Runs `ramp`, types each answer once its prompt is there, and gives the exit code and all that was on the screen. */
  async function onTerminal(words: string, dialogue: readonly (readonly [string, string])[] = [], env = {}) {
    const command = `'${process.execPath}' '${PROGRAM}' ${words}`
    const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      env: {
        PATH: process.env['PATH'],
        HOME: shell.folder,
        XDG_CONFIG_HOME: shell.folder,
        RAMP_KEYRING: 'off',
        RAMP_URL: server.origin,
        TERM: 'xterm',
        ...env,
      },
    })
    let screen = ''
    let at = 0
    const left = [...dialogue]
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text
      const [prompt, answer] = left[0] ?? []
      if (prompt === undefined || answer === undefined || !screen.includes(prompt, at)) return
      at = screen.length
      left.shift()
      child.stdin.write(answer)
    })
    const [code] = await once(child, 'close')
    expect(left).toEqual([])
    return { code: code as number, screen }
  }

  test('a secret is asked for, and nothing of it is on the screen', async () => {
    const typed = `x\u007f${script.secret}\r`
    const login = await onTerminal('login --with-token', [['Token: ', typed]])
    expect(login.code, login.screen).toBe(0)
    expect(login.screen).toContain(`as ${owner.username}`)
    expect(login.screen).not.toMatch(/[0-9A-Za-z]{40}/)
    expect(login.screen).not.toContain('x\b')
  })

  test('whoever has no credential is asked for the username, too', async () => {
    const env = { XDG_CONFIG_HOME: `${shell.folder}/other` }
    const dialogue = [
      ['Username: ', `${owner.username}\r`],
      [`Password of ${owner.username}: `, `${owner.password}\r`],
    ] as const
    const created = await onTerminal("tokens create --name 'made on a terminal'", dialogue, env)
    expect(created.code, created.screen).toBe(0)
    expect(created.screen).not.toContain(owner.password)
    expect(created.screen).toMatch(/\r\nramp_pat_[0-9A-Za-z]{50}\r\n/)
  })

  test('Ctrl-C at a prompt ends with 130, and nothing is done', async () => {
    const stopped = await onTerminal('login --with-token', [['Token: ', 'ramp\u0003']], {
      XDG_CONFIG_HOME: `${shell.folder}/third`,
    })
    expect(stopped.code).toBe(130)
    expect((await shell.ramp('whoami', { env: { XDG_CONFIG_HOME: `${shell.folder}/third` } })).code).toBe(3)
  })

  test('Ctrl-C at the question for the username, too; and what was typed wrong is taken back', async () => {
    const env = { XDG_CONFIG_HOME: `${shell.folder}/fourth` }
    expect((await onTerminal('tokens create --name x', [['Username: ', 'ada\u0003']], env)).code).toBe(130)
    const dialogue = [
      ['Username: ', 'nobodz\u007fy\r'],
      ['Password of nobody: ', 'wrong\r'],
    ] as const
    expect((await onTerminal('tokens create --name x', dialogue, env)).code).toBe(3)
  })

  test('what takes long says how far it is, and clears that away', async () => {
    const folder = temporaryFolder()
    for (let each = 0; each < 600; each++) writeFileSync(join(folder, `file-${each}`), 'nothing')
    const scan = await onTerminal(`scan '${folder}'`)
    expect(scan).toMatchObject({
      code: 0,
      screen: expect.stringContaining('\r\u001b[K500 files …\r\u001b[K600 files read.'),
    })
  })

  test('there are colours, and none with NO_COLOR', async () => {
    const env = { RAMP_TOKEN: script.secret }
    expect((await onTerminal('tokens list', [], env)).screen).toContain('\u001b[1mID')
    expect((await onTerminal('tokens list', [], { ...env, NO_COLOR: '1' })).screen).toMatch(/^ID/m)
    expect((await onTerminal('tokens list', [], { ...env, TERM: 'dumb' })).screen).toMatch(/^ID/m)
  })
})
