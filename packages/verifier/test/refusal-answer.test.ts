/** What a service answers is what RAMP itself would: codes, statuses, titles and challenges are not made up twice. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Problem } from '../../server/src/core/problem.ts'
import { credentialRequired, refusalOf } from '../../server/src/http/refusals.ts'
import { REFUSALS } from '../../server/src/verification/verdict.ts'
import { requireToken } from '../src/express.ts'
import { answerTo } from '../src/refusal-answer.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

const RAMPS_OWN: readonly (readonly ['missing' | (typeof REFUSALS)[number], Problem])[] = [
  ['missing', credentialRequired()],
  ...REFUSALS.map((refusal) => [refusal, refusalOf(refusal)] as const),
]

test.each(RAMPS_OWN)('%s is answered as RAMP answers it', (refusal, problem) => {
  const { status, headers, body } = answerTo(refusal, 'templates:read')
  expect({ status, headers, body: JSON.parse(body) }).toEqual({
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', ...problem.headers },
    body: {
      type: `urn:ramp:problem:${problem.code}`,
      title: problem.title,
      status: problem.status,
      code: problem.code,
    },
  })
})

test.each([...RAMPS_OWN.map(([refusal]) => refusal), 'insufficient_permissions'] as const)(
  '%s stands in the README with its status and code',
  (refusal) => {
    const { status, body } = answerTo(refusal)
    const row = readme
      .split('\n')
      .find((line) => line.startsWith('|') && line.split('|')[1]?.includes(`\`${refusal}\``))
    expect(row?.split('|')[2]?.trim()).toMatch(new RegExp(`^${status}\\b`))
    expect(row?.split('|')[3]?.trim()).toBe(`\`${JSON.parse(body).code}\``)
  },
)

test('a permission that could be none stops the start, and does not reach a header', () => {
  const verifier = { verify: async () => ({ outcome: 'missing' }) as const }
  for (const permission of ['templates.read', 'templates:', 'Templates:read', 'templates:read"', 'a:b\r\nx: y', '']) {
    expect(() => requireToken(verifier, { permission })).toThrow(RangeError)
  }
})
