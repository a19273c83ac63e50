import { describe, expect, test } from 'vitest'
import { type Actor, newName, type TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { machineWith, tokenOf } from '../../support/machines.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

/** A role, and all that it allows: a narrowed token hands it out only if it holds all of it. */
const ROLE = 'GlobalTemplateViewer'
const OF_ROLE = ['templates:read', 'templates:comment']

/** What the routes themselves demand, with the permission that lets an account give any role. */
const ROUTES = ['roles:grant', 'members:write', 'members:read', 'groups:write', 'service-accounts:write']
const OWN = ['own-tokens:read', 'own-tokens:write']

onBothEngines('A narrowed token whose owner may give any role', (engine) => {
  const server = useServer(engine)
  const make = async (path: string, body: object) => (await server.administrator.post(path, body)).body.id as string
  const newGroup = () => make('/api/v1/groups', { name: newName('group') })

  async function groupWithRole(): Promise<string> {
    const id = await newGroup()
    await server.administrator.put(`/api/v1/groups/${id}/roles/${ROLE}`)
    return `/api/v1/groups/${id}`
  }

  const tokensOf = (id: string) => `/api/v1/service-accounts/${id}/tokens`
  const person = () => {
    const username = newName('made')
    return { username, email: `${username}@example.test`, firstName: 'Made', lastName: 'Up' }
  }

  /** Each way of handing the role out. What it needs is made by the administrator first. */
  const WAYS: Record<string, () => Promise<(by: Actor) => ReturnType<Actor['get']>>> = {
    'makes a token of a service account': async () => {
      const { id } = await machineWith(server, ROLE)
      return (by) => by.post(tokensOf(id), { name: newName('made') })
    },
    'makes a narrowed token of a service account': async () => {
      const { id } = await machineWith(server, ROLE)
      return (by) => by.post(tokensOf(id), { name: newName('made'), permissions: ['templates:comment'] })
    },
    'rotates a token of a service account': async () => {
      const { id, token } = await machineWith(server, ROLE)
      return (by) => by.post(`${tokensOf(id)}/${token.id}/rotate`, {})
    },
    'rotates a narrowed token of a service account': async () => {
      const { id } = await machineWith(server, ROLE)
      const token = await tokenOf(server, id, { permissions: ['templates:comment'] })
      return (by) => by.post(`${tokensOf(id)}/${token.id}/rotate`, {})
    },
    'gives a role to a service account': async () => {
      const { id } = await machineWith(server)
      return (by) => by.put(`/api/v1/service-accounts/${id}/roles/${ROLE}`)
    },
    'gives a role to a member': async () => (by) => by.put(`/api/v1/members/${server.administrator.id}/roles/${ROLE}`),
    'gives a role to several members': async () => (by) =>
      by.post('/api/v1/members/bulk', { ids: [server.administrator.id], action: { grant: ROLE } }),
    'gives a role to a group': async () => {
      const id = await newGroup()
      return (by) => by.put(`/api/v1/groups/${id}/roles/${ROLE}`)
    },
    'makes a member with a role': async () => (by) =>
      by.post('/api/v1/members', { ...person(), password: 'an initial password', roles: [ROLE] }),
    'imports a member with a role': async () => (by) => {
      const { username, email } = person()
      const csv = `username,email,firstName,lastName,roles,status\n${username},${email},Made,Up,${ROLE},active\n`
      return by.post('/api/v1/members/import', { csv })
    },
    'puts an account into a group': async () => {
      const group = await groupWithRole()
      return (by) => by.put(`${group}/members/${server.administrator.id}`)
    },
    'puts a group into a group': async () => {
      const [group, inner] = [await groupWithRole(), await newGroup()]
      return (by) => by.put(`${group}/groups/${inner}`)
    },
    'puts an account into a group that is in one with the role': async () => {
      const [group, inner] = [await groupWithRole(), await newGroup()]
      await server.administrator.put(`${group}/groups/${inner}`)
      return (by) => by.put(`/api/v1/groups/${inner}/members/${server.administrator.id}`)
    },
    'takes an account out of a group': async () => {
      const group = await groupWithRole()
      await server.administrator.put(`${group}/members/${server.administrator.id}`)
      return (by) => by.delete(`${group}/members/${server.administrator.id}`)
    },
    'takes a group out of a group': async () => {
      const [group, inner] = [await groupWithRole(), await newGroup()]
      await server.administrator.put(`${group}/groups/${inner}`)
      return (by) => by.delete(`${group}/groups/${inner}`)
    },
    'deletes a group': async () => {
      const group = await groupWithRole()
      return (by) => by.delete(group)
    },
  }

  /** The Administrator holds what the role allows only by having the role as well. */
  async function withRole(act: (narrowed: (...more: string[]) => Promise<TokenHolder>) => Promise<void>) {
    const { administrator } = server
    const own = `/api/v1/members/${administrator.id}/roles/SuperUser`
    await administrator.put(own)
    await act((...more) => administrator.tokenWith(...ROUTES, ...OWN, ...more))
    await administrator.delete(own)
    await administrator.delete(`/api/v1/members/${administrator.id}/roles/${ROLE}`)
  }

  describe('is refused when it', () => {
    test.each(Object.keys(WAYS))('%s and holds only part of what that allows', (way) =>
      withRole(async (narrowed) => {
        const attempt = await (WAYS[way] as (typeof WAYS)[string])()
        for (const held of [[], ['templates:read']]) {
          const token = await narrowed(...held)
          const answer = await nothingHappens(server, () => attempt(token), ['audit_event'])
          // This code and no other: no second guard hides that this one is gone.
          const codes = [answer.body.code, ...(answer.body.errors ?? []).map(({ code }: { code: string }) => code)]
          expect(codes).toContain('grant_exceeds_token')
        }
        expect((await attempt(await narrowed(...OF_ROLE))).status).toBeLessThan(300)
      }),
    )
  })
})
