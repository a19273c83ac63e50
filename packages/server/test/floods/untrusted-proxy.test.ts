import { describe, expect, test } from 'vitest'
import { startServer } from '../support/test-app.ts'

const warnings = (log: readonly string[]) => log.filter((line) => line.includes('RAMP_TRUST_PROXY'))

describe('A forwarded address', () => {
  test.for([
    ['X-Forwarded-For', { 'x-forwarded-for': '192.0.2.7' }, false],
    ['Forwarded', { forwarded: 'for=192.0.2.7' }, false],
    ['X-Forwarded-For from another than the trusted proxy', { 'x-forwarded-for': '192.0.2.7' }, ['198.51.100.1']],
  ] as const)('%s of a peer that is not trusted is warned of once', async ([, headers, trustProxy]) => {
    const server = await startServer('sqlite', { config: { trustProxy } })
    try {
      await server.anonymous.get('/healthz')
      expect(warnings(server.log)).toEqual([])
      for (let time = 0; time < 3; time++) await server.anonymous.get('/healthz', headers)
      expect(warnings(server.log)).toHaveLength(1)
      expect(JSON.parse(warnings(server.log)[0] ?? '{}')).toMatchObject({ level: 40, peer: '127.0.0.1' })
    } finally {
      await server.close()
    }
  })

  test('of a trusted proxy is not warned of', async () => {
    const server = await startServer('sqlite', { config: { trustProxy: ['127.0.0.1'] } })
    try {
      await server.anonymous.get('/healthz', { 'x-forwarded-for': '192.0.2.7' })
      expect(warnings(server.log)).toEqual([])
    } finally {
      await server.close()
    }
  })
})
