import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { PROBLEMS } from '../src/core/problem-catalogue.ts'
import { useServer } from './support/test-app.ts'

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
const catalogue = Object.entries(PROBLEMS).map(([code, { status }]) => `${code} ${status}`)

interface Operation {
  readonly operationId: string
  readonly responses: Record<string, { content?: Record<string, { examples?: Record<string, unknown> }> }>
}

describe('The catalogue of problems', () => {
  const server = useServer('sqlite')
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document
  let openApi: any

  beforeAll(async () => {
    openApi = (await server.anonymous.get('/openapi.json')).body
  })

  test('is the table of docs/errors.md, in its order, each with advice', () => {
    const rows = [...page.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \| (.+) \| (.+) \|$/gm)]
    expect(rows.map(([, code, status]) => `${code} ${status}`)).toEqual(catalogue)
  })

  test('is the list of codes in the OpenAPI document, each with an example', () => {
    const { schemas, examples } = openApi.components
    expect(schemas.Problem.properties.code.enum).toEqual(Object.keys(PROBLEMS))
    const shown = Object.entries<{ value: { code: string; status: number; title: string } }>(examples)
    expect(shown.map(([code, { value }]) => `${code} ${value.status}`)).toEqual(catalogue)
    for (const [code, { value }] of shown) {
      expect(value.code).toBe(code)
      expect(value.title).toBe(PROBLEMS[code as keyof typeof PROBLEMS].title)
    }
  })

  test('is, but for what no operation answers, what the operations refer to, under the right status', () => {
    const operations: Operation[] = Object.values<Record<string, Operation>>(openApi.paths).flatMap((path) =>
      Object.values(path),
    )
    const referred = new Set<string>()
    for (const { responses } of operations) {
      for (const [status, { content }] of Object.entries(responses)) {
        // Routes that speak OAuth show their refusals as `application/json`.
        for (const { examples = {} } of Object.values(content ?? {}))
          for (const code of Object.keys(examples)) referred.add(`${code} ${status}`)
      }
    }
    const elsewhere = ['not_found 404', 'method_not_allowed 405']
    expect([...referred, ...elsewhere].sort()).toEqual([...catalogue].sort())
  })

  test('the codes of fields in docs/errors.md are those in the code', () => {
    const [, section = ''] = page.split('## Codes of fields')
    const documented = [...section.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code)
    const problems: readonly string[] = Object.keys(PROBLEMS)
    expect([...documented].sort()).toEqual([...fieldCodesInSources()].filter((code) => !problems.includes(code)).sort())
    expect(new Set(documented).size).toBe(documented.length)
  })
})

/** The ways in which the sources give a field its code. */
const GIVEN = [
  /fieldProblem\(\s*'[a-z_]+',\s*[^,]+,\s*(?:'[^']*'|`[^`]*`|\w+),\s*'([a-z_]+)',?\s*\)/g,
  /refuse\('([a-z_]+)', /g,
  /refuse\(\s*(?:'[^']*'|`[^`]*`),\s*'([a-z_]+)',?\s*\)/g,
  /[eE]rror\((?:'[^']*'|`[^`]*`|[\w.?: ]+), '([a-z_]+)'[,)]/g,
  /\bcode: '([a-z_]+)',\s*message/g,
]

function fieldCodesInSources(): ReadonlySet<string> {
  const folder = new URL('../src/', import.meta.url)
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  return new Set(
    texts.flatMap((text) => GIVEN.flatMap((given) => [...text.matchAll(given)].map(([, code]) => code ?? ''))),
  )
}
