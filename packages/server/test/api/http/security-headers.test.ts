import { expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

/** One answer of each kind: a file, JSON, a problem before and after routing, text, the reference. Pages are in e2e. */
const ANSWERS: readonly (readonly [path: string, status: number])[] = [
  ['/assets/none.js', 404],
  ['/docs/', 200],
  ['/docs/static/swagger-ui.css', 200],
  ['/healthz', 200],
  ['/metrics', 200],
  ['/api/v1/me', 401],
  ['/nothing/here', 404],
  ['/%', 400],
  ['/.well-known/security.txt', 404],
]

onBothEngines('Every answer', (engine) => {
  const plain = useServer(engine)
  const secure = useServer(engine, { config: { publicUrl: 'https://ramp.example' } })

  test.each(ANSWERS)('has the headers that protect a browser: %s', async (path, status) => {
    const answer = await plain.anonymous.get(path)
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'/),
    })
    expect(answer.headers['strict-transport-security']).toBeUndefined()
  })

  test.each(ANSWERS)('keeps browsers on https where the public address is https: %s', async (path) => {
    const { headers } = await secure.anonymous.get(path)
    expect(headers['strict-transport-security']).toBe('max-age=31536000')
  })

  test.each(ANSWERS)(
    'allows nothing from another origin, and no script that is not a file of ours: %s',
    async (path) => {
      const policy = String((await plain.anonymous.get(path)).headers['content-security-policy'])
      const sources = policy.split('; ').flatMap((directive) => directive.split(' ').slice(1))
      expect(sources.filter((source) => !["'none'", "'self'", "'unsafe-inline'", 'data:'].includes(source))).toEqual([])
      expect(policy).not.toMatch(/script-src[^;]*(unsafe|data:)/)
    },
  )
})

onBothEngines('security.txt', (engine) => {
  const server = useServer(engine, {
    config: { securityContact: 'mailto:security@ramp.example', publicUrl: 'https://ramp.example' },
  })

  test('names whom to tell, and a date within a year (RFC 9116)', async () => {
    const { status, headers, body } = await server.anonymous.get('/.well-known/security.txt')
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/plain; charset=utf-8' })
    const [contact, expires = '', ...rest] = String(body).split('\n')
    expect(contact).toBe('Contact: mailto:security@ramp.example')
    const days = (Date.parse(expires.replace('Expires: ', '')) - server.clock()) / 86_400_000
    expect(days).toBeGreaterThan(30)
    expect(days).toBeLessThan(365)
    expect(rest).toEqual(['Preferred-Languages: en', 'Canonical: https://ramp.example/.well-known/security.txt', ''])
  })
})
