/** More tokens and accounts in use than the memory for them holds: what falls out is read again, and every change counts. */
import { createHash, randomUUID } from 'node:crypto'
import { generateToken } from '@ramp/verifier'
import { beforeAll, expect, test } from 'vitest'
import { newName, type TokenHolder, tokenVerifier } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

const IN_USE = 1500
const AT_ONCE = 100

onBothEngines('A cache that is too small for those in use', (engine) => {
  const server = useServer(engine, { config: { cacheMiB: 1 } })
  const secrets: string[] = []
  let api: TokenHolder
  let group: string

  beforeAll(async () => {
    api = await tokenVerifier(server.origin, server.administrator)
    group = (await server.administrator.post('/api/v1/groups', { name: newName('everybody') })).body.id
    const accounts: string[] = []
    const rows: string[] = []
    const hex = (digest: string) => (engine === 'sqlite' ? `x'${digest}'` : `'\\x${digest}'`)
    for (let index = 0; index < IN_USE; index++) {
      const id = randomUUID()
      const token = generateToken('ramp', 'pat')
      const digest = createHash('sha256').update(token.text).digest('hex')
      accounts.push(id)
      rows.push(`('${token.id}', '${id}', 'pat', 'token', 'token', ${hex(digest)}, 0)`)
      secrets.push(token.text)
    }
    const list = (row: (id: string) => string) => accounts.map(row).join(', ')
    await server.sql(`INSERT INTO account (id, kind, username, username_key, display_name, display_name_key, created_at)
      VALUES ${list((id) => `('${id}', 'member', '${id}', '${id}', '${id}', '${id}', 0)`)}`)
    await server.sql(
      `INSERT INTO token (id, account_id, kind, name, name_key, digest, created_at) VALUES ${rows.join(', ')}`,
    )
    await server.sql(`INSERT INTO group_member (group_id, account_id, added_at)
      VALUES ${list((id) => `('${group}', '${id}', 0)`)}`)
  })

  async function rolesOfAll(): Promise<string[]> {
    const seen = new Set<string>()
    for (let from = 0; from < IN_USE; from += AT_ONCE) {
      const asked = secrets.slice(from, from + AT_ONCE).map((token) => ({ token }))
      const { body } = await api.post('/oauth2/introspect/batch', { tokens: asked })
      for (const { active, roles } of body.items) seen.add(`${active} ${roles?.join(' ')}`)
    }
    return [...seen]
  }

  test('stays within its bound, and follows each change of a group that all are in', async () => {
    const { cache } = server.services.verifier.statistics
    expect(await rolesOfAll()).toEqual(['true '])
    expect(cache.accounts.size).toBeGreaterThan(100)
    expect(cache.tokens.size).toBeGreaterThan(100)
    for (let round = 0; round < 2; round++) {
      await server.administrator.put(`/api/v1/groups/${group}/roles/Auditor`)
      expect(await rolesOfAll()).toEqual(['true Auditor'])
      await server.administrator.delete(`/api/v1/groups/${group}/roles/Auditor`)
      expect(await rolesOfAll()).toEqual(['true '])
    }
    expect(cache.bytes()).toBeLessThanOrEqual(2 ** 20)
    expect(cache.tokens.size).toBeLessThan(IN_USE)
    const { body: metrics } = await server.administrator.get('/metrics')
    expect(metrics).toContain(`\nramp_verification_cache_bytes ${cache.bytes()}\n`)
  })
})
