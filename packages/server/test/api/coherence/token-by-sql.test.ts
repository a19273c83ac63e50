import { expect, test } from 'vitest'
import type { TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('A warm token that another program changes by SQL', (engine) => {
  const server = useServer(engine)
  const outcome = async (script: TokenHolder) => {
    const { status, body } = await script.get('/api/v1/me')
    return status === 200 ? body.account.id : body.code
  }
  /** Two tokens of two people, answered from memory. */
  const warmPair = async () => {
    const [owner, other] = [await server.member(), await server.member()]
    const [first, second] = [await owner.token(), await other.token()]
    for (const [person, token] of [
      [owner, first],
      [other, second],
    ] as const) {
      expect([await outcome(token), await outcome(token)]).toEqual([person.id, person.id])
    }
    await server.services.usage.flush()
    return { owner, other, first, second, both: `id IN ('${first.id}', '${second.id}')` }
  }

  test.each([
    ['revoked_at = 7, name_released_at = 7', 'token_revoked'],
    ['expires_at = created_at + 1', 'token_expired'],
    [`allowed_addresses = '["192.0.2.0/24"]'`, 'address_not_allowed'],
    [engine === 'sqlite' ? 'digest = zeroblob(32)' : `digest = decode(repeat('00', 32), 'hex')`, 'token_invalid'],
  ])('is judged by it at its next call, several in one statement: %s', async (change, code) => {
    const { first, second, both } = await warmPair()
    server.clock.advance(10)
    await server.sql(`UPDATE token SET ${change} WHERE ${both}`)
    expect([await outcome(first), await outcome(second)]).toEqual([code, code])
  })

  test('belongs to whom it says', async () => {
    const { owner, other, first, second, both } = await warmPair()
    await server.sql(
      `UPDATE token SET account_id = CASE account_id WHEN '${owner.id}' THEN '${other.id}' ELSE '${owner.id}' END WHERE ${both}`,
    )
    expect([await outcome(first), await outcome(second)]).toEqual([other.id, owner.id])
  })

  test('is none any more under another id, and counts again when it has its own', async () => {
    const { owner, first } = await warmPair()
    for (const table of ['usage', 'day', 'client', 'unused']) await server.sql(`DELETE FROM token_${table}`)
    await server.sql(`UPDATE token SET id = 'elsewhere000' WHERE id = '${first.id}'`)
    expect(await outcome(first)).toBe('token_invalid')
    await server.sql(`UPDATE token SET id = '${first.id}' WHERE id = 'elsewhere000'`)
    expect(await outcome(first)).toBe(owner.id)
  })
})
