/** docs/token-format.md is copied from: its examples must work. */
import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { parseToken, secretScannerPattern, tokenName } from '../src/token-format.ts'

const page = readFileSync(new URL('../../../docs/token-format.md', import.meta.url), 'utf8')

test('every whole token on the page is valid', () => {
  const tokens = page.match(new RegExp(secretScannerPattern(), 'g')) ?? []
  expect(tokens.length).toBeGreaterThan(1)
  for (const token of tokens) expect(parseToken(token, 'ramp'), token).toEqual({ kind: 'pat', id: '0123456789AB' })
  expect(page).toContain(`\`${tokenName('ramp', 'pat', '0123456789AB')}\``)
})

test('the worked checksum is right', () => {
  const [, checked, hexadecimal, decimal] = page.match(/CRC-32 of `(\w+)` is `0x([0-9a-f]{8})` = ([\d ]+)\./) ?? []
  const checksum = crc32(checked ?? '')
  expect(checksum).toBe(Number.parseInt(hexadecimal ?? '', 16))
  expect(checksum).toBe(Number(decimal?.replaceAll(' ', '')))

  const digits = [...page.matchAll(/\*\*(\d+)\*\*/g)].map(([, digit]) => Number(digit))
  expect(digits).toHaveLength(6)
  expect(digits.reduce((value, digit) => value * 62 + digit, 0)).toBe(checksum)
})

test('the patterns on the page are those of the code', () => {
  expect(page).toContain(`\`\`\`regex\n${secretScannerPattern('ramp')}\n\`\`\``)
  expect(page).toContain(`\`\`\`regex\n${secretScannerPattern()}\n\`\`\``)
  expect(page).toContain(`regex = '''${secretScannerPattern('ramp')}'''`)
  expect(page).toContain(`\`\`\`regex\n${secretScannerPattern('ramp').replaceAll('\\b', '')}\n\`\`\``)
})
