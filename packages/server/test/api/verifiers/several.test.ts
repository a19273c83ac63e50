/** A verifier in another service, for more than one token of an account, account of a group, and group. */
import { afterAll, expect, test } from 'vitest'
import { type Member, newName, type TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { setPolicy } from '../../support/policy.ts'
import { useServer } from '../../support/test-app.ts'
import { useVerifier } from '../../support/verifiers.ts'

onBothEngines('A verifier in another service', (engine) => {
  const server = useServer(engine)
  // A connection that was opened for a call which another connection took is not idle to Node, and would keep the server.
  afterAll(() => server.app.server.closeAllConnections())
  const verifier = useVerifier(server)
  async function outcomes(scripts: readonly TokenHolder[], permission?: string): Promise<string[]> {
    const found: string[] = []
    for (const { secret } of scripts) {
      found.push((await verifier.verify(`Bearer ${secret}`, { permission })).outcome)
    }
    return found
  }
  const times = <Item>(count: number, item: Item) => Array.from({ length: count }, () => item)

  async function warmTokens(owner: Member, count: number): Promise<TokenHolder[]> {
    const scripts: TokenHolder[] = []
    while (scripts.length < count) scripts.push(await owner.token())
    for (const script of scripts) await verifier.warm(script)
    return scripts
  }

  test('refuses every token of an account that is deactivated, and none of another', async () => {
    const [owner, other] = [await server.member(), await server.member()]
    const scripts = await warmTokens(owner, 4)
    const others = await warmTokens(other, 2)
    // One of them leaves memory and comes back, so that it is the last of its account that is kept.
    await owner.patch(`/api/v1/tokens/${scripts[0]?.id}`, { permissions: ['own-tokens:read'] })
    await verifier.warm(scripts[0] as TokenHolder)
    await server.administrator.patch(`/api/v1/members/${owner.id}`, { status: 'deactivated' })
    expect(await outcomes(scripts)).toEqual(times(4, 'account_deactivated'))
    expect(await outcomes(others)).toEqual(times(2, 'active'))
  })

  test('goes on knowing the other tokens of an account when one is revoked', async () => {
    const owner = await server.member()
    const scripts = await warmTokens(owner, 3)
    await owner.delete(`/api/v1/tokens/${scripts[1]?.id}`)
    expect(await outcomes(scripts)).toEqual(['active', 'revoked', 'active'])
    await server.administrator.patch(`/api/v1/members/${owner.id}`, { status: 'deactivated' })
    expect(await outcomes(scripts)).toEqual(['account_deactivated', 'revoked', 'account_deactivated'])
  })

  test('sees a role taken from each of several groups, for every account and token in them', async () => {
    const owners = [await server.member(), await server.member()] as const
    const scripts = [...(await warmTokens(owners[0], 2)), ...(await warmTokens(owners[1], 2))]
    const may = () => outcomes(scripts, 'templates:read')
    const groups: string[] = []
    for (let group = 0; group < 2; group++) {
      const { body } = await server.administrator.post('/api/v1/groups', { name: newName('group') })
      const path = `/api/v1/groups/${body.id}`
      groups.push(path)
      await server.administrator.put(`${path}/roles/GlobalTemplateViewer`)
      for (const { id } of owners) await server.administrator.put(`${path}/members/${id}`)
    }
    expect(await may()).toEqual(times(4, 'active'))
    await server.administrator.delete(`${groups[0]}/roles/GlobalTemplateViewer`)
    expect(await may()).toEqual(times(4, 'active'))
    await server.administrator.delete(`${groups[1]}/members/${owners[0].id}`)
    expect(await may()).toEqual([...times(2, 'insufficient_permissions'), ...times(2, 'active')])
    await server.administrator.delete(`${groups[1]}/roles/GlobalTemplateViewer`)
    expect(await may()).toEqual(times(4, 'insufficient_permissions'))
  })

  test('keeps to the addresses that the policy leaves a token without addresses of its own', async () => {
    const owner = await server.member()
    const [script, second] = await warmTokens(owner, 2)
    const from = async (address: string, { secret } = script as TokenHolder) =>
      (await verifier.verify(`Bearer ${secret}`, { address })).outcome
    expect(await from('198.51.100.1')).toBe('active')
    await setPolicy(server.administrator, { pat: { allowedAddresses: ['192.0.2.0/24'] } })
    try {
      for (let time = 0; time < 3; time++) {
        expect(await from('192.0.2.7')).toBe('active')
        expect(await from('192.0.2.7', second)).toBe('active')
        expect(await from('198.51.100.1')).toBe('address_not_allowed')
        expect(await from('198.51.100.1', second)).toBe('address_not_allowed')
      }
    } finally {
      await setPolicy(server.administrator)
    }
    expect(await from('198.51.100.1')).toBe('active')
  })
})
