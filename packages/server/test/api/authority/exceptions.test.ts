import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { UNATTENDED } from '../../../src/storage/authority.ts'

/** Every file that writes without a caller's authority, by the reason it states. Adding one takes a review of this list. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'sign-in': ['sessions/sign-in-limits.ts', 'sessions/sign-in.ts'],
  'device-request': ['oauth/request-device-authorization.ts'],
  'device-poll': ['oauth/redeem-device-code.ts'],
  refusal: ['http/refusal-audit.ts', 'sessions/change-password.ts'],
  usage: ['sessions/read-session.ts', 'verification/store-usage.ts', 'verification/usage-thread.ts'],
  policy: ['policy/enforce-policy.ts'],
  maintenance: ['audit/remove-old-events.ts', 'maintenance.ts'],
  command: ['commands/first-administrator.ts'],
}

const SOURCES = fileURLToPath(new URL('../../../src/', import.meta.url))

test('Only these transactions need no authority', () => {
  const found: Record<string, string[]> = {}
  for (const file of globSync('**/*.ts', { cwd: SOURCES }).sort()) {
    const text = readFileSync(SOURCES + file, 'utf8')
    for (const [, reason = ''] of text.matchAll(/\.(?:write|note)\(\s*'([^']*)'/g)) {
      if (!found[reason]?.includes(file)) found[reason] = [...(found[reason] ?? []), file]
    }
  }
  expect(found).toEqual(EXPECTED)
  expect(Object.keys(UNATTENDED)).toEqual(Object.keys(EXPECTED))
})
