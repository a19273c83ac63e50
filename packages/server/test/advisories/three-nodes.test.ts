// Every row of the advisories in which a cache could keep an old answer alive, on three nodes and one PostgreSQL: each
// node has just answered from memory, the change is made at one of them, and the next call on each is decided on it. What
// else a row promises is in the file of its own.
import { describe, expect, test } from 'vitest'
import { MINUTE_MS, toInstant } from '../../src/core/clock.ts'
import { Actor, type Member, newName, type TokenHolder } from '../support/actors.ts'
import type { Answer } from '../support/http-client.ts'
import { useNodes } from '../support/nodes.ts'

const NODES = [0, 1, 2]

/** Allows `GET /api/v1/members`, which each token is asked for. */
const ROLE = 'Auditor'

interface Scene {
  readonly owner: Member
  readonly script: TokenHolder
  /** The owner, the Administrator and whoever holds the token, each calling the node at which the change is made. */
  readonly at: { readonly owner: Actor; readonly administrator: Actor; readonly script: Actor }
}

interface Row {
  readonly token?: Parameters<Member['token']>[0]
  readonly change: (scene: Scene) => Promise<Answer>
  readonly refusal: { readonly status: 401 | 403; readonly body: { readonly code: string } }
}

const REVOKED = { status: 401, body: { code: 'token_revoked' } } as const
const DEACTIVATED = { status: 401, body: { code: 'account_deactivated' } } as const
const FORBIDDEN = { status: 403, body: { code: 'insufficient_permissions' } } as const

const ROWS: Readonly<Record<string, Row>> = {
  'CVE-2026-46554 (NocoDB): revoked by its owner': {
    change: ({ at, script }) => at.owner.delete(`/api/v1/tokens/${script.id}`),
    refusal: REVOKED,
  },
  'CVE-2026-46554 (NocoDB): revoked by itself': {
    change: ({ at }) => at.script.delete('/api/v1/tokens/current'),
    refusal: REVOKED,
  },
  'CVE-2026-46554 (NocoDB): revoked from the inventory': {
    change: ({ at, script }) => at.administrator.post('/api/v1/admin/tokens/revoke', { ids: [script.id] }),
    refusal: REVOKED,
  },
  'CVE-2026-46424 (Budibase): the role taken': {
    change: ({ at, owner }) => at.administrator.delete(`/api/v1/members/${owner.id}/roles/${ROLE}`),
    refusal: FORBIDDEN,
  },
  'CVE-2026-46424 (Budibase): the role taken from many': {
    change: ({ at, owner }) =>
      at.administrator.post('/api/v1/members/bulk', { ids: [owner.id], action: { take: ROLE } }),
    refusal: FORBIDDEN,
  },
  'CVE-2025-3230 (Mattermost), PR#9225 and #2070 (Plane, Directus): its owner deactivated': {
    change: ({ at, owner }) => at.administrator.patch(`/api/v1/members/${owner.id}`, { status: 'deactivated' }),
    refusal: DEACTIVATED,
  },
  'GHSA-mr34-8733-grr2 (Memos): the password changed, and all tokens with it': {
    change: ({ at, owner }) =>
      at.owner.put('/api/v1/me/password', {
        currentPassword: owner.password,
        newPassword: 'another one altogether',
        revokeTokens: true,
      }),
    refusal: REVOKED,
  },
  'CVE-2026-56654 (Gitea): narrowed': {
    token: { permissions: ['members:read', 'own-tokens:read'] },
    change: ({ at, script }) => at.owner.patch(`/api/v1/tokens/${script.id}`, { permissions: ['own-tokens:read'] }),
    refusal: FORBIDDEN,
  },
  'Ech0: without an expiration, revoked': {
    token: { expiresAt: null },
    change: ({ at, script }) => at.owner.delete(`/api/v1/tokens/${script.id}`),
    refusal: REVOKED,
  },
  'Ech0: without an expiration, rotated': {
    token: { expiresAt: null },
    change: ({ at, script }) => at.owner.post(`/api/v1/tokens/${script.id}/rotate`, { overlapSeconds: 0 }),
    refusal: REVOKED,
  },
}

describe('On three nodes that have just answered from memory', () => {
  const { first, all, everywhere } = useNodes('postgres', NODES.length)

  const at = (node: number, cookie: string) => new Actor(all()[node]?.origin ?? '', { cookie })

  /** Each node answers it, the second time from memory. */
  async function warm(calls: readonly TokenHolder[]): Promise<void> {
    for (const [node, call] of calls.entries()) {
      const statistics = all()[node]?.services.verifier.statistics
      await expect
        .poll(async () => {
          const before = statistics?.cacheHits ?? 0
          const { status } = await call.get('/api/v1/members')
          return { status, isFromMemory: (statistics?.cacheHits ?? 0) > before }
        })
        .toEqual({ status: 200, isFromMemory: true })
    }
  }

  const together = (calls: readonly TokenHolder[]) => Promise.all(calls.map((call) => call.get('/api/v1/members')))

  test.each(Object.keys(ROWS).map((name, index) => [name, index % NODES.length] as const))(
    '%s, at node %i: refused everywhere',
    async (name, node) => {
      const { token, change, refusal } = ROWS[name] as Row
      const owner = await first.member({ roles: [ROLE] })
      const calls = everywhere(await owner.token(token))
      const script = calls[node] as TokenHolder
      const untouched = everywhere(await first.administrator.token())
      await warm(calls)
      await warm(untouched)

      const actors = {
        owner: at(node, owner.cookie),
        administrator: at(node, first.administrator.cookie),
        script,
      }
      expect((await change({ owner, script, at: actors })).status).toBeLessThan(300)

      for (const answer of await together(calls)) expect(answer).toMatchObject(refusal)
      for (const answer of await together(untouched)) expect(answer.status).toBe(200)
    },
  )

  test('BSERV-12820 (Bitbucket): a token that expires is refused everywhere, though nobody changed anything', async () => {
    const owner = await first.member({ roles: [ROLE] })
    const calls = everywhere(await owner.token({ expiresAt: toInstant(first.clock() + MINUTE_MS) }))
    await warm(calls)
    first.clock.advance(2 * MINUTE_MS)
    for (const answer of await together(calls)) {
      expect(answer).toMatchObject({ status: 401, body: { code: 'token_expired' } })
    }
  })

  test('GHSA-8rgj-vrfr-6hqr (StudioCMS): what somebody else tried to revoke stays alive everywhere', async () => {
    const owner = await first.member({ roles: [ROLE] })
    const editor = await first.member({ roles: [ROLE] })
    const calls = everywhere(await owner.token())
    await warm(calls)
    for (const node of NODES) {
      expect((await at(node, editor.cookie).delete(`/api/v1/tokens/${calls[0]?.id}`)).status).toBe(404)
    }
    for (const answer of await together(calls)) expect(answer.status).toBe(200)
  })

  test.each(NODES)('gitlab-org/gitlab#6443: a blocked owner unblocks nobody, blocked at node %i', async (node) => {
    const former = await first.member({ roles: ['Administrator'] })
    const calls = everywhere(await former.token())
    await warm(calls)
    const path = `/api/v1/members/${former.id}`
    expect((await at(node, first.administrator.cookie).patch(path, { status: 'deactivated' })).status).toBe(200)
    for (const call of calls) expect(await call.patch(path, { status: 'active' })).toMatchObject(DEACTIVATED)
    expect((await first.administrator.get(path)).body.status).toBe('deactivated')
  })

  test('CVE-2026-73126 (Gitea): a narrowed token is as narrow from memory as it was at first', async () => {
    const owner = await first.member({ roles: [ROLE] })
    const narrow = everywhere(await owner.tokenWith('own-tokens:read'))
    for (let times = 0; times < 3; times++) {
      for (const answer of await together(narrow)) expect(answer).toMatchObject(FORBIDDEN)
      for (const call of narrow) expect((await call.get('/api/v1/tokens')).status).toBe(200)
    }
  })

  test('a role given and taken again, by a group, from memory in between', async () => {
    const { administrator } = first
    const owner = await first.member()
    const { body: group } = await administrator.post('/api/v1/groups', { name: newName('group') })
    const calls = everywhere(await owner.token())
    await administrator.put(`/api/v1/groups/${group.id}/members/${owner.id}`)
    for (const node of NODES) {
      const there = at(node, administrator.cookie)
      expect((await there.put(`/api/v1/groups/${group.id}/roles/${ROLE}`)).status).toBeLessThan(300)
      await warm(calls)
      expect((await there.delete(`/api/v1/groups/${group.id}/roles/${ROLE}`)).status).toBeLessThan(300)
      for (const answer of await together(calls)) expect(answer).toMatchObject(FORBIDDEN)
    }
  })
})
