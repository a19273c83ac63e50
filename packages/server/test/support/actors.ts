import type { OutgoingHttpHeaders } from 'node:http'
import { type Answer, type RequestOptions, send } from './http-client.ts'

/** Somebody who calls the API: all share this interface and differ in the credential that they send. */
export class Actor {
  readonly #origin: string
  readonly #headers: OutgoingHttpHeaders

  constructor(origin: string, headers: OutgoingHttpHeaders = {}) {
    this.#origin = origin
    this.#headers = headers
  }

  request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    return send(this.#origin, method, path, { ...options, headers: { ...this.#headers, ...options.headers } })
  }

  get(path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return this.request('GET', path, { headers })
  }

  post(path: string, body?: unknown, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return this.request('POST', path, { body, headers })
  }

  put(path: string, body?: unknown, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return this.request('PUT', path, { body, headers })
  }

  patch(path: string, body?: unknown, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return this.request('PATCH', path, { body, headers })
  }

  delete(path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return this.request('DELETE', path, { headers })
  }
}

/** A personal access token in the hands of a script. */
export class TokenHolder extends Actor {
  readonly id: string
  readonly secret: string

  constructor(origin: string, { id, secret }: { readonly id: string; readonly secret: string }) {
    super(origin, { authorization: `Bearer ${secret}` })
    this.id = id
    this.secret = secret
  }
}

/** A person, signed in with a browser. */
export class Member extends Actor {
  readonly id: string
  readonly username: string
  readonly password: string
  /** The name and value of the session cookie. */
  readonly cookie: string
  readonly #origin: string

  constructor(origin: string, member: { id: string; username: string; password: string; cookie: string }) {
    super(origin, { cookie: member.cookie })
    this.#origin = origin
    this.id = member.id
    this.username = member.username
    this.password = member.password
    this.cookie = member.cookie
  }

  /** Makes a token and returns whoever holds it. What is not given is left out; the name is a new one by default. */
  async token(input: TokenInput = {}): Promise<TokenHolder> {
    const answer = await this.post('/api/v1/tokens', { name: newName('token'), ...input })
    if (answer.status !== 201) throw new Error(`No token: ${answer.status} ${JSON.stringify(answer.body)}`)
    return new TokenHolder(this.#origin, { id: answer.body.token.id, secret: answer.body.secret })
  }

  /** A token with these permissions and no others. */
  tokenWith(...permissions: string[]): Promise<TokenHolder> {
    return this.token({ permissions })
  }

  /** The same person in a further browser. */
  signInAgain(headers: OutgoingHttpHeaders = {}): Promise<Member> {
    return signIn(this.#origin, this, headers)
  }
}

interface TokenInput {
  readonly name?: string
  readonly expiresAt?: string | null
  readonly permissions?: readonly string[] | null
  readonly allowedAddresses?: readonly string[] | null
}

/** Opens a session, over HTTP as a browser does. */
export async function signIn(
  origin: string,
  { username, password }: { readonly username: string; readonly password: string },
  headers: OutgoingHttpHeaders = {},
): Promise<Member> {
  const answer = await send(origin, 'POST', '/api/v1/session', { body: { username, password }, headers })
  if (answer.status !== 201) throw new Error(`No sign-in: ${answer.status} ${JSON.stringify(answer.body)}`)
  return new Member(origin, { id: answer.body.accountId, username, password, cookie: cookieOf(answer) })
}

/** `ramp_session=…` as the browser sends it back. */
export function cookieOf(answer: Answer): string {
  return answer.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? ''
}

let names = 0

/** A name that no other call has given: tests of one file share a database and do not get in each other's way. */
export function newName(word: string): string {
  names++
  return `${word}-${process.pid}-${names}`
}

/** A service account that checks tokens, by one of its own. */
export async function tokenVerifier(origin: string, administrator: Member): Promise<TokenHolder> {
  const account = await administrator.post('/api/v1/service-accounts', { name: newName('api') })
  const path = `/api/v1/service-accounts/${account.body.id}`
  await administrator.put(`${path}/roles/TokenVerifier`)
  const { status, body } = await administrator.post(`${path}/tokens`, { name: 'verifies' })
  if (status !== 201) throw new Error(`No verifier: ${status} ${JSON.stringify(body)}`)
  return new TokenHolder(origin, { id: body.token.id, secret: body.secret })
}
