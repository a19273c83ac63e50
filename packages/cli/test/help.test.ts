import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { allCommands } from '../src/commands.ts'
import { EXIT } from '../src/failure.ts'
import { withCommands } from '../src/help.ts'
import { openShell } from './support/ramp.ts'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const shell = openShell({ RAMP_URL: 'http://127.0.0.1:1' })

describe('The help', () => {
  test('is what README.md says: run "npm run generate" after a change', async () => {
    expect(withCommands(README, await allCommands())).toBe(README)
  })

  test('lists every command, and asks no server', async () => {
    const overview = await shell.ramp('--help')
    expect(overview.code).toBe(0)
    for (const { name } of await allCommands()) expect(overview.stdout).toContain(`\n  ramp ${name}`)
    expect((await shell.ramp(['help'])).stdout).toBe(overview.stdout)
    expect((await shell.ramp('groups --help')).stdout).toContain('ramp groups add <group>')
  })

  test('of a command is shown whatever else is missing', async () => {
    const help = await shell.ramp('tokens create --help')
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(README).toContain(help.stdout)
  })

  test('gives each exit code its line', () => {
    const documented = [...README.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
    expect(documented).toEqual(Object.values(EXIT))
  })

  test('--version', async () => {
    expect((await shell.ramp('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
