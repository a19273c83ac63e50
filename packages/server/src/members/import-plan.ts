import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import { comparisonKey } from '../core/text.ts'
import { assertWithinToken } from '../roles/granting.ts'
import { ADMINISTRATOR, OWN_PERMISSIONS, type RoleCatalogue } from '../roles/role-catalogue.ts'
import { activeAdministrators } from '../roles/role-grant-store.ts'
import type { Reader } from '../storage/database.ts'
import { beyondActor } from './managing.ts'
import type { Member } from './member.ts'
import type { CsvColumn, CsvLine, LineError } from './member-csv.ts'
import { accountsByUsername, membersByEmail, membersById } from './member-store.ts'

/** One field that a line changes. */
export interface LineChange {
  readonly field: Exclude<CsvColumn, 'username'>
  readonly from: string
  readonly to: string
}

/** What a line would do. */
export interface LinePlan {
  readonly csv: CsvLine
  readonly action: 'create' | 'change' | 'unchanged' | 'error'
  readonly member: Member | undefined
  readonly changes: readonly LineChange[]
  readonly errors: readonly LineError[]
}

/** Decides, without writing, what each line would do to the members there are now. */
export async function planImport(
  db: Reader,
  actor: AuthenticatedActor,
  catalogue: RoleCatalogue,
  lines: readonly CsvLine[],
): Promise<LinePlan[]> {
  const accounts = await accountsByUsername(
    db,
    lines.map(({ username }) => comparisonKey(username)),
  )
  const emails = await membersByEmail(
    db,
    lines.flatMap(({ email }) => (email === undefined ? [] : [comparisonKey(email)])),
  )
  const members = await membersById(
    db,
    [...accounts.values()].map(({ id }) => id),
  )
  const known = [...accounts.values()].flatMap(({ id }) => members(id) ?? [])
  const beyond = await beyondActor(db, actor, known, catalogue)
  const repeated = { username: repeatedIn(lines, 'username'), email: repeatedIn(lines, 'email') }

  const plans = lines.map((csv): LinePlan => {
    const account = accounts.get(comparisonKey(csv.username))
    const member = account && members(account.id)
    const changes = member ? changesOf(csv, member) : []
    const errors = [
      ...csv.errors,
      ...repeated.username(csv),
      ...repeated.email(csv),
      ...(csv.errors.length > 0 ? [] : identityErrors(csv, account, member, emails)),
      ...(csv.errors.length > 0 ? [] : roleErrors(csv, member, actor, catalogue)),
      ...(member && changes.length > 0 && beyond.has(member.id) ? [error('username', 'insufficient_permissions')] : []),
      ...(member?.id === actor.account.id && csv.status === 'deactivated' ? [error('status', 'own_deactivation')] : []),
    ]
    const action =
      errors.length > 0 ? 'error' : member === undefined ? 'create' : changes.length > 0 ? 'change' : 'unchanged'
    return { csv, action, member, changes, errors }
  })
  return keepingAnAdministrator(db, plans)
}

const MESSAGES = {
  repeated: 'Another line of this file has the same, perhaps in another case or Unicode form.',
  username_taken: 'Somebody has this username in another case or Unicode form, or a service account has it.',
  email_taken: 'Another member has this email address.',
  required: 'A new member needs this.',
  role_not_found: 'The catalogue has no such role.',
  insufficient_permissions: 'This takes somebody who can give roles.',
  grant_exceeds_token: 'This gives more than the token holds.',
  own_deactivation: 'Nobody deactivates their own account.',
  last_administrator: 'The last active Administrator must stay one.',
} as const

const error = (column: CsvColumn, code: keyof typeof MESSAGES): LineError => ({
  column,
  code,
  message: MESSAGES[code],
})

function repeatedIn(lines: readonly CsvLine[], column: 'username' | 'email') {
  const counts = new Map<string, number>()
  for (const line of lines) {
    const key = comparisonKey(line[column] ?? '')
    if (key !== '') counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return (line: CsvLine) =>
    (counts.get(comparisonKey(line[column] ?? '')) ?? 0) > 1 ? [error(column, 'repeated')] : []
}

function identityErrors(
  { username, email, firstName }: CsvLine,
  account: { readonly id: string } | undefined,
  member: Member | undefined,
  emails: ReadonlyMap<string, string>,
): LineError[] {
  const errors: LineError[] = []
  if (account && member?.username !== username) errors.push(error('username', 'username_taken'))
  const holder = email === undefined ? undefined : emails.get(comparisonKey(email))
  if (holder !== undefined && holder !== account?.id) errors.push(error('email', 'email_taken'))
  if (account === undefined && email === undefined) errors.push(error('email', 'required'))
  if (account === undefined && firstName === undefined) errors.push(error('firstName', 'required'))
  return errors
}

/** Roles that are there already are no question, even those the catalogue no longer has. */
function roleErrors(
  { roles }: CsvLine,
  member: Member | undefined,
  actor: AuthenticatedActor,
  catalogue: RoleCatalogue,
): LineError[] {
  const held = member?.roles ?? []
  const given = (roles ?? held).filter((role) => !held.includes(role))
  const taken = held.filter((role) => !(roles ?? held).includes(role))
  if (given.some((role) => catalogue.find(role) === undefined)) return [error('roles', 'role_not_found')]
  if (given.length + taken.length > 0 && !actor.permissions.has('roles:grant')) {
    return [error('roles', 'insufficient_permissions')]
  }
  try {
    assertWithinToken(actor, [...(member ? [] : OWN_PERMISSIONS), ...catalogue.givenBy(given)])
    return []
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause
    return [error(given.length > 0 ? 'roles' : 'username', 'grant_exceeds_token')]
  }
}

function changesOf(csv: CsvLine, member: Member): LineChange[] {
  const before = {
    email: member.email,
    firstName: member.firstName,
    lastName: member.lastName,
    roles: member.roles.join(';'),
    status: member.deactivatedAt === null ? 'active' : 'deactivated',
  }
  return (Object.keys(before) as LineChange['field'][]).flatMap((field) => {
    const to = field === 'roles' ? csv.roles?.join(';') : csv[field]
    return to === undefined || to === before[field] ? [] : [{ field, from: before[field], to }]
  })
}

/** If nobody would be an active Administrator afterwards, the lines that see to that are the broken ones. */
async function keepingAnAdministrator(db: Reader, plans: readonly LinePlan[]): Promise<LinePlan[]> {
  const administrators = new Map((await activeAdministrators(db)).map(({ id, byGroup }) => [id, byGroup]))
  const ends = ({ csv, member }: LinePlan): CsvColumn | undefined => {
    const byGroup = member && administrators.get(member.id)
    if (byGroup === undefined) return undefined
    if (csv.status === 'deactivated') return 'status'
    return csv.roles && !csv.roles.includes(ADMINISTRATOR) && !byGroup ? 'roles' : undefined
  }
  const makes = ({ csv, member }: LinePlan) =>
    (csv.roles ?? member?.roles ?? []).includes(ADMINISTRATOR) &&
    (csv.status ?? (member?.deactivatedAt ? 'deactivated' : 'active')) === 'active'
  const ending = plans.filter((plan) => ends(plan) !== undefined)
  if (ending.length < administrators.size || plans.some(makes)) return [...plans]
  return plans.map((plan) => {
    const column = ends(plan)
    if (column === undefined || plan.errors.some((fault) => fault.column === column)) return plan
    return { ...plan, action: 'error', errors: [...plan.errors, error(column, 'last_administrator')] }
  })
}
