import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigError, readConfig, SETTINGS } from '../../src/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'ramp-secret-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function fileWith(content: string | Buffer): string {
  const path = join(folder, String(files++))
  writeFileSync(path, content)
  return path
}

/** A value that each secret setting takes. */
const SECRETS: Readonly<Record<string, string>> = {
  RAMP_DATABASE_URL: 'postgres://ramp:hunter2hunter2@db/ramp',
  RAMP_ADMIN_PASSWORD: 'hunter2 hunter2 hunter2',
}

/** `RAMP_ADMIN_PASSWORD` is nothing without its name. */
const read = (env: Record<string, string>) =>
  readConfig('RAMP_DATABASE_URL_FILE' in env ? env : { RAMP_ADMIN_USERNAME: 'root', ...env })

function refusalOf(env: Record<string, string>): string {
  try {
    read(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error('It was accepted.')
}

test('every setting that holds a secret can come from a file', () => {
  const secret = Object.values(SETTINGS).filter(({ isSecret }) => isSecret)
  expect(secret.map(({ variable }) => variable).sort()).toEqual(Object.keys(SECRETS).sort())
  const rest = Object.values(SETTINGS).filter(({ isSecret }) => !isSecret)
  expect(rest.map(({ variable }) => variable).filter((name) => /PASSWORD$|SECRET|TOKEN$|_URL$/.test(name))).toEqual([
    'RAMP_PUBLIC_URL',
  ])
})

describe.each(Object.keys(SECRETS))('%s_FILE', (variable) => {
  const value = SECRETS[variable] as string
  const name = `${variable}_FILE`
  const readValue = (env: Record<string, string>) => {
    const config = read(env)
    return variable === 'RAMP_DATABASE_URL' ? config.databaseUrl : config.adminPassword?.expose()
  }

  test.each(['', '\n', '\r\n'])('holds the value, and %j after it does not count', (end) => {
    expect(readValue({ [name]: fileWith(value + end) })).toBe(value)
  })

  test('is refused beside the variable itself, with both names', () => {
    expect(refusalOf({ [variable]: value, [name]: fileWith(value) })).toBe(
      `${variable} and ${name} are both set: set one of them.`,
    )
  })

  test.each([
    ['an empty file', () => fileWith('')],
    ['an empty file', () => fileWith('\n')],
    ['a file of more than one line', () => fileWith(`${value}\n${value}\n`)],
    ['a file of more than one line', () => fileWith(`${value}\n\n`)],
    ['a file of more than one line', () => fileWith(`${value}\0`)],
    ['a file of more than 64 KiB', () => fileWith(value.padEnd(64 * 1024 + 1, 'x'))],
    ['a file that is not UTF-8', () => fileWith(Buffer.from([0x68, 0xff, 0x69]))],
    ['something that is not a file', () => folder],
    ['something that is not a file', () => '/dev/zero'],
    ['a file that cannot be read (ENOENT)', () => join(folder, 'nowhere')],
  ])('that names %s is refused by its name, and nothing of the file is repeated', (fault, path) => {
    const sentence = refusalOf({ [name]: path() })
    expect(sentence).toBe(`${name} names ${fault}.`)
  })

  test('that holds a wrong value is refused by its name', () => {
    const sentence = refusalOf({ [name]: fileWith('wrong') })
    expect(sentence).toContain(`${name} must hold `)
    expect(sentence).not.toContain('wrong')
  })
})

test('a file of exactly 64 KiB is read', () => {
  const url = `postgres://ramp@db/${'x'.repeat(64 * 1024)}`.slice(0, 64 * 1024)
  expect(read({ RAMP_DATABASE_URL_FILE: fileWith(url) }).databaseUrl).toBe(url)
})
