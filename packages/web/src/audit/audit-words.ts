import type { AuditEvent } from './audit-queries.ts'

/** What the filter offers: the first part of the names of actions. */
export const ACTION_GROUPS = [
  { value: '', label: 'Everything' },
  { value: 'session.', label: 'Signing in and out' },
  { value: 'password.', label: 'Passwords' },
  { value: 'member.', label: 'Members' },
  { value: 'service_account.', label: 'Service accounts' },
  { value: 'group.', label: 'Groups' },
  { value: 'role.', label: 'Roles' },
  { value: 'token.', label: 'Tokens' },
  { value: 'device.', label: 'Programs approved and denied' },
  { value: 'policy.', label: 'Policy' },
  { value: 'request.', label: 'Refused requests' },
  { value: 'audit.', label: 'Exports and retention' },
] as const

const VERBS: Readonly<Record<string, string>> = {
  created: 'made',
  changed: 'changed',
  deactivated: 'deactivated',
  reactivated: 'reactivated',
  deleted: 'deleted',
  revoked: 'revoked',
  rotated: 'rotated',
  ended: 'ended',
}

const WHOLE: Readonly<Record<string, string>> = {
  'session.created': 'signed in',
  'session.failed': 'could not sign in',
  'session.throttled': 'was turned away after too many failed sign-ins',
  'session.ended': 'ended a session',
  'password.changed': 'changed the password of',
  'password.failed': 'gave a wrong current password for',
  'password.reset': 'reset the password of',
  'group.joined': 'added somebody to',
  'group.left': 'removed somebody from',
  'group.nested': 'put a group into',
  'group.unnested': 'took a group out of',
  'device.approved': 'approved a token for',
  'device.denied': 'denied a token to',
  'token.exchanged': 'got short-lived access tokens with',
  'policy.changed': 'changed the policy',
  'request.refused': 'was refused',
  'audit.exported': 'exported the audit events',
  'audit.removed': 'removed audit events that were old enough',
}

/** What was done, in words that go before the name of what it was done to. */
export function actionInWords({ action, detail }: Pick<AuditEvent, 'action' | 'detail'>): string {
  const role = String(detail['role'] ?? 'a role')
  if (action === 'role.granted') return `gave the role ${role} to`
  if (action === 'role.taken') return `took the role ${role} from`
  const verb = VERBS[action.slice(action.indexOf('.') + 1)]
  return WHOLE[action] ?? (verb === undefined ? action : verb)
}

const CREDENTIALS: Readonly<Record<AuditEvent['credential']['type'], string>> = {
  anonymous: 'without a credential',
  session: 'in the browser',
  pat: 'by a personal access token',
  service: 'by a service token',
  system: 'by itself',
}

/** By what means. */
export const credentialInWords = ({ credential }: Pick<AuditEvent, 'credential'>): string =>
  CREDENTIALS[credential.type]

/** Who did it. */
export function actorInWords({ actor, credential }: Pick<AuditEvent, 'actor' | 'credential'>): string {
  return actor?.username ?? (credential.type === 'system' ? 'The server' : 'Somebody')
}

const PAGES: Readonly<Record<string, string>> = {
  member: '/_admin/ramp-tenant-members/',
  service_account: '/_admin/service-accounts/',
  group: '/_admin/groups/',
  token: '/_admin/tokens/',
}

/** The page about what it was done to, if it has one and is still there. */
export function targetPage({ target }: Pick<AuditEvent, 'target'>): string | undefined {
  const page = PAGES[target?.type ?? '']
  return target === null || target.name === null || page === undefined ? undefined : `${page}${target.id}`
}

/** What it was done to: "member ada", "token CI". Sessions and the policy have no name that says more than the action. */
export function targetInWords({ target, detail }: Pick<AuditEvent, 'target' | 'detail'>): string | undefined {
  if (target === null || target.type === 'session' || target.type === 'policy') return undefined
  if (target.type === 'route') return `${target.id} (${String(detail['code'])})`
  const recorded = detail['name'] ?? detail['username'] ?? detail['group']
  return `${target.type.replace('_', ' ')} ${target.name ?? (typeof recorded === 'string' ? recorded : target.id)}`
}
