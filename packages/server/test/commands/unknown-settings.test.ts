import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readConfig, VARIABLES } from '../../src/config.ts'
import { READ_ELSEWHERE } from '../../src/settings-names.ts'
import { runProgram } from '../support/server-process.ts'

describe('A RAMP_… variable that nothing reads', () => {
  test.each([
    ['RAMP_TRUST_PROXI', 'RAMP_TRUST_PROXY'],
    ['RAMP_PUBLICURL', 'RAMP_PUBLIC_URL'],
    ['RAMP_DATABASE_URL_FIEL', 'RAMP_DATABASE_URL_FILE'],
    ['RAMP_PORT_FILE', 'RAMP_ROLES_FILE'],
    ['ramp_port', 'RAMP_PORT'],
  ])('%s is refused, and the nearest name is %s', (name, nearest) => {
    expect(() => readConfig({ [name]: 'hunter2' })).toThrow(`${name} is not a setting; the nearest is ${nearest}.`)
  })

  test('is refused even if it is empty, and stops every command', async () => {
    for (const args of [['serve'], ['migrate'], ['doctor']]) {
      const { code, stdout, stderr } = await runProgram({ args, env: { RAMP_LOG_LEVL: '' } })
      expect({ code, stdout, stderr }).toEqual({
        code: 1,
        stdout: '',
        stderr: 'RAMP_LOG_LEVL is not a setting; the nearest is RAMP_LOG_LEVEL.\n',
      })
    }
  })
})

test.each([
  ...READ_ELSEWHERE,
  'RAMP_SERVICE_HOST',
  'RAMP_SERVICE_PORT',
  'RAMP_SERVICE_PORT_HTTP',
  'RAMP_PORT_7267_TCP',
  'RAMP_PORT_7267_TCP_ADDR',
  'RAMP_POSTGRES_PORT',
  'RAMPART',
])('%s, which others set, does not stop the start', (name) => {
  expect(readConfig({ [name]: 'anything' })).toEqual(readConfig({}))
})

test('docs/configuration.md names every variable that the server reads, and no others', () => {
  const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `RAMP_'))
  const named = rows.flatMap((row) => (row.split('|')[1] ?? '').match(/RAMP_[A-Z_]+/g) ?? [])
  expect(named.sort()).toEqual([...VARIABLES].sort())
})
