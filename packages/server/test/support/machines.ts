import { Actor, newName, TokenHolder } from './actors.ts'
import { sendForm } from './oauth-client.ts'
import type { TestServer } from './test-app.ts'

/** A machine with an identity of its own, and the token it was given. */
export interface Machine {
  /** Of the service account; its OAuth client id. */
  readonly id: string
  readonly name: string
  readonly token: TokenHolder
}

/** Makes a service account with these roles and a token. */
export async function machineWith(server: TestServer, ...roles: readonly string[]): Promise<Machine> {
  const { administrator } = server
  const name = newName('machine')
  const { body: account } = await administrator.post('/api/v1/service-accounts', { name })
  const path = `/api/v1/service-accounts/${account.id}`
  for (const role of roles) {
    const { status } = await administrator.put(`${path}/roles/${role}`)
    if (status !== 204) throw new Error(`No role ${role}: ${status}`)
  }
  return { id: account.id, name, token: await tokenOf(server, account.id) }
}

/** A further token of a service account. */
export async function tokenOf(server: TestServer, accountId: string, input: object = {}): Promise<TokenHolder> {
  const path = `/api/v1/service-accounts/${accountId}/tokens`
  const { status, body } = await server.administrator.post(path, { name: newName('token'), ...input })
  if (status !== 201) throw new Error(`No token: ${status} ${JSON.stringify(body)}`)
  return new TokenHolder(server.origin, { id: body.token.id, secret: body.secret })
}

/** Whoever authenticates as an OAuth client does, by HTTP Basic. */
export function client(origin: string, id: string, secret: string): Actor {
  return new Actor(origin, { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` })
}

export const introspect = (actor: Actor, token: string, more: Readonly<Record<string, string>> = {}) =>
  sendForm(actor, '/oauth2/introspect', { token, ...more })
