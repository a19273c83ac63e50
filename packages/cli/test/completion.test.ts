import { execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import { openShell } from './support/ramp.ts'

const shell = openShell()

describe('The completion of bash', () => {
  let script = ''
  beforeAll(async () => {
    script = (await shell.ramp('completion bash')).stdout
  })

  /** What bash would offer after this line. */
  const offered = (line: string): string[] => {
    const words = line.split(' ')
    const quoted = words.map((word) => `'${word}'`).join(' ')
    const program = `${script}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _ramp; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['--norc', '-c', program], { encoding: 'utf8' }).split('\n').filter(Boolean)
  }

  test.each([
    ['ramp lo', ['login', 'logout']],
    ['ramp tokens ', ['list', 'show', 'create', 'rotate', 'revoke']],
    ['ramp tokens re', ['revoke']],
    ['ramp tokens list --st', ['--status']],
    ['ramp tokens list --status ', ['active', 'expired', 'revoked', 'all']],
    ['ramp tokens list --status active --li', ['--limit']],
    ['ramp audit --outcome ', ['done', 'refused']],
    ['ramp audit --outcome done --js', ['--json']],
    ['ramp completion ', ['bash', 'zsh', 'fish', '--url', '--json', '--help']],
    ['ramp nothing ', []],
  ])('after "%s"', (line, expected) => {
    expect(offered(line)).toEqual(expected)
  })
})

test('zsh takes the one of bash; fish has each command and option', async () => {
  const bash = await shell.ramp('completion bash')
  expect((await shell.ramp('completion zsh')).stdout).toBe(
    `autoload -U +X bashcompinit && bashcompinit\n${bash.stdout}`,
  )
  const fish = (await shell.ramp('completion fish')).stdout
  expect(fish).toContain("complete -c ramp -n '__fish_use_subcommand' -a 'login logout")
  expect(fish).toContain("-l status -x -a 'active expired revoked all'")
})
