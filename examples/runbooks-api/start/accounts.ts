import { ADMINISTRATOR } from './ramp.ts'

/** The secrets that the example needs, made over RAMP's API as an administrator and a member would. */
export interface Accounts {
  /** Of a service account with the role TokenVerifier: for those who check tokens. */
  readonly verifierToken: string
  /** Of a member who may read templates and execute instances, and make no templates. */
  readonly memberToken: string
  /** Of the same member: may only read templates. */
  readonly narrowedToken: string
}

const MEMBER = { username: 'rita', email: 'rita@example.test', firstName: 'Rita', lastName: 'Okafor' }
const MEMBER_ROLES = ['GlobalTemplateViewer', 'GlobalInstanceExecutor']

export async function makeAccounts(ramp: string): Promise<Accounts> {
  const admin = await signIn(ramp, ADMINISTRATOR)

  const service = await admin('POST', '/service-accounts', { name: 'runbooks-api' })
  await admin('PUT', `/service-accounts/${service.id}/roles/TokenVerifier`)
  const verifier = await admin('POST', `/service-accounts/${service.id}/tokens`, { name: 'verifies' })

  const initial = 'given by the administrator'
  const password = 'chosen by rita herself'
  await admin('POST', '/members', { ...MEMBER, password: initial, roles: MEMBER_ROLES })
  const { username } = MEMBER
  const beforeChange = await signIn(ramp, { username, password: initial })
  await beforeChange('PUT', '/me/password', { currentPassword: initial, newPassword: password })
  const rita = await signIn(ramp, { username, password })
  const whole = await rita('POST', '/tokens', { name: 'runbooks' })
  const narrowed = await rita('POST', '/tokens', { name: 'reads templates', permissions: ['templates:read'] })

  return { verifierToken: verifier.secret, memberToken: whole.secret, narrowedToken: narrowed.secret }
}

type Call = (method: string, path: string, body?: object) => Promise<{ readonly id: string; readonly secret: string }>

/** Calls with the cookie of a session, as a browser does. */
async function signIn(ramp: string, credentials: { username: string; password: string }): Promise<Call> {
  let cookie = ''
  const call: Call = async (method, path, body) => {
    const response = await fetch(`${ramp}/api/v1${path}`, {
      method,
      headers: { cookie, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    cookie ||= response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
    return text === '' ? undefined : JSON.parse(text)
  }
  await call('POST', '/session', credentials)
  return call
}
