import { type RawBuilder, sql } from 'kysely'
import type { Database, Reader } from '../storage/database.ts'
import { below, holding } from '../storage/effective-roles.ts'
import { readByIndexes } from '../storage/read-by-indexes.ts'
import { containsText } from '../storage/search.ts'
import type { Member } from './member.ts'
import { membersById } from './member-store.ts'

export const MEMBER_SORTS = ['username', 'displayName', 'email', 'createdAt', 'lastSignInAt'] as const
export type MemberSort = (typeof MEMBER_SORTS)[number]

/** Never null: "never signed in" is earlier than any sign-in. */
const SORT_COLUMNS = {
  username: 'username_key',
  displayName: 'display_name_key',
  email: 'email_key',
  createdAt: 'created_at',
  lastSignInAt: 'last_sign_in_at',
} as const satisfies Record<MemberSort, string>

/** Where a page ended: the sort value and the id of its last member. */
export interface MemberPosition {
  readonly value: string | number
  readonly id: string
}

/** Which members are meant; what is undefined does not matter. */
export interface MemberCriteria {
  readonly status: 'active' | 'deactivated' | 'all'
  /** Part of the username, the name or the email address. */
  readonly q?: string | undefined
  /** Held directly or by a group. */
  readonly role?: string | undefined
  /** In this group, or in one that is in it. */
  readonly group?: string | undefined
  readonly neverSignedIn?: boolean | undefined
}

export interface MemberPageRequest extends MemberCriteria {
  readonly sort: MemberSort
  readonly direction: 'asc' | 'desc'
  readonly after?: MemberPosition | undefined
  readonly limit: number
}

/**
 * Up to here the members of one condition are all looked at and then ordered; beyond, the index of the order is walked
 * until the page is full. One of the two is short: few are soon looked at, and of many the first come soon.
 */
const FEW = 5_000
/** Of a walk: up to here a set is read once, since its members may all come late; of a larger one, row by row. */
const MANY = 30_000

interface Row {
  readonly account_id: string
  readonly sort_value: string | number
}

interface MemberPage {
  readonly items: Member[]
  readonly next: MemberPosition | undefined
}

/** A page of members, and where the next one starts if there is one. */
export function listMembers(database: Database, request: MemberPageRequest): Promise<MemberPage> {
  return readByIndexes(database, (db) => list(db, request))
}

async function list(db: Reader, request: MemberPageRequest): Promise<MemberPage> {
  const sizes = await sizesOf(db, request)
  const rows = (await collectFew(db, request, sizes)) ?? (await walk(db, request, sizes))
  const page = rows.slice(0, request.limit)
  const last = page.at(-1)
  const found = await membersById(
    db,
    page.map(({ account_id }) => account_id),
  )
  return {
    items: page.flatMap(({ account_id }) => found(account_id) ?? []),
    next: rows.length > request.limit && last ? { value: last.sort_value, id: last.account_id } : undefined,
  }
}

/** Undefined if no condition by itself leaves few. */
async function collectFew(db: Reader, request: MemberPageRequest, sizes: Sizes): Promise<readonly Row[] | undefined> {
  const set = (['role', 'group'] as const).find((each) => (sizes[each] ?? MANY) <= FEW)
  const conditions = [...ofRow(request), ...beyond(request)]
  if (set === undefined && conditions.length === 0) return undefined
  // CROSS JOIN: SQLite takes the tables in this order.
  const from = set
    ? sql`(${SETS[set](request)}) AS narrowed CROSS JOIN member_listing AS listing`
    : sql`member_listing AS listing`
  const joined = set ? [sql`listing.account_id = narrowed.account_id`] : []
  const others = (['role', 'group'] as const).filter((each) => each !== set).flatMap((each) => isIn(each, request))
  const isFew = sql`(SELECT count(*) FROM listing) <= ${FEW}`
  const order = sql`sort_value ${directionOf(request)}, account_id ${directionOf(request)}`
  const { rows } = await sql<Row & { candidates: number }>`WITH RECURSIVE ${groupsOf(request)}
    listing AS MATERIALIZED (
      SELECT listing.account_id, ${sortValueOf(request)} AS sort_value FROM ${from}
      WHERE ${sql.join([...joined, ...conditions, ALWAYS], sql` AND `)} LIMIT ${FEW + 1}
    )
    SELECT counted.candidates, found.account_id, found.sort_value
    FROM (SELECT count(*) AS candidates FROM listing) AS counted LEFT JOIN (
      SELECT DISTINCT account_id, sort_value FROM listing WHERE ${sql.join([isFew, ...others], sql` AND `)}
      ORDER BY ${order} LIMIT ${request.limit + 1}
    ) AS found ON ${ALWAYS}
    ORDER BY ${order}`.execute(db)
  if ((rows[0]?.candidates ?? 0) > FEW) return undefined
  return rows.filter(({ account_id }) => account_id !== null)
}

async function walk(db: Reader, request: MemberPageRequest, sizes: Sizes): Promise<readonly Row[]> {
  const sets = (['role', 'group'] as const).flatMap((set) => {
    const size = sizes[set]
    if (size === undefined) return []
    // PostgreSQL takes the alternative as a reason to hash the set, not to look up each of its members.
    return size < MANY ? [sql`(listing.account_id IN (${SETS[set](request)}) OR 1 = 0)`] : isIn(set, request)
  })
  const { neverSignedIn, sort, ...others } = request
  // For everybody who never signed in, SQLite would read the index of sign-ins and order them all, in 40 to 130 ms. Of a
  // sum it has no index, and PostgreSQL takes a comparison to be met often enough for a walk.
  const never = neverSignedIn === true && sort !== 'lastSignInAt'
  const ofSelf = never ? [...ofRow(others), sql`(listing.last_sign_in_at + 0) < 1`] : ofRow(request)
  const conditions = [...ofSelf, ...sets, ...beyond(request), ALWAYS]
  const { rows } = await sql<Row>`WITH RECURSIVE ${groupsOf(request)}
    page AS (
      SELECT listing.account_id, ${sortValueOf(request)} AS sort_value FROM member_listing AS listing
      WHERE ${sql.join(conditions, sql` AND `)}
      ORDER BY ${sortValueOf(request)} ${directionOf(request)}, listing.account_id ${directionOf(request)}
      LIMIT ${request.limit + 1}
    ) SELECT * FROM page`.execute(db)
  return rows
}

const ALWAYS = sql`1 = 1`
const sortValueOf = ({ sort }: MemberPageRequest) => sql.ref(`listing.${SORT_COLUMNS[sort]}`)
const directionOf = ({ direction }: MemberPageRequest) => sql.raw(direction)

function beyond(request: MemberPageRequest): RawBuilder<unknown>[] {
  const { after, direction } = request
  if (after === undefined) return []
  const comparison = sql.raw(direction === 'asc' ? '>' : '<')
  return [sql`(${sortValueOf(request)}, listing.account_id) ${comparison} (${after.value}, ${after.id})`]
}

/** What a row of the listing tells by itself. */
function ofRow({ status, neverSignedIn, q }: MemberCriteria): RawBuilder<unknown>[] {
  // A search looks at all rows: of a sum SQLite has no index, by which it would look each of them up.
  const signedInAt = q === undefined ? sql`last_sign_in_at` : sql`(last_sign_in_at + 0)`
  return [
    ...(status === 'all' ? [] : [sql`listing.is_active = ${status === 'active' ? 1 : 0}`]),
    ...(neverSignedIn === undefined ? [] : [sql`${signedInAt} ${sql.raw(neverSignedIn ? '=' : '>')} 0`]),
    ...(q === undefined ? [] : [containsText(['listing.search_key'], q)]),
  ]
}

/** The groups that a role or a group reaches, as parts of a `WITH`. */
function groupsOf({ role, group }: MemberCriteria): RawBuilder<unknown> {
  return sql`${role === undefined ? sql`` : sql`${holding(role)}, `}${group === undefined ? sql`` : sql`${below(group)}, `}`
}

// Joined to nothing, so that SQLite looks the account's groups up in the set, not each group of the set in the account's.
const GROUP_OF_MEMBER = sql`(group_member.group_id || '')`

/** Keeps PostgreSQL from reading everybody in the set to answer for a few. */
const ONE_BY_ONE = sql`LIMIT 1 OFFSET 0`

/** Of a row of the listing, whether it is in a set that the request names; nothing if it names none. */
function isIn(set: keyof typeof SETS, { role, group }: MemberCriteria): RawBuilder<unknown>[] {
  const byGroup = (groups: string) => sql`EXISTS (SELECT 1 FROM group_member
    WHERE group_member.account_id = listing.account_id AND ${GROUP_OF_MEMBER} IN (SELECT group_id FROM ${sql.ref(groups)})
    ${ONE_BY_ONE})`
  if (set === 'group') return group === undefined ? [] : [byGroup('below')]
  if (role === undefined) return []
  return [
    sql`(EXISTS (SELECT 1 FROM role_grant
        WHERE role_grant.account_id = listing.account_id AND role_grant.role = ${role} ${ONE_BY_ONE})
      OR ${byGroup('holding')})`,
  ]
}

/** Accounts, some of them perhaps twice: whoever takes the first few needs no more of it. */
const SETS = {
  role: ({ role = '' }: MemberCriteria) => sql`SELECT account_id FROM role_grant WHERE role = ${role}
    UNION ALL SELECT account_id FROM group_member WHERE group_id IN (SELECT group_id FROM holding)`,
  group: (_: MemberCriteria) => sql`SELECT account_id FROM group_member WHERE group_id IN (SELECT group_id FROM below)`,
} as const

/** How large each set that a request names is, counted up to {@link MANY}. */
type Sizes = { readonly [set in keyof typeof SETS]?: number }

async function sizesOf(db: Reader, request: MemberCriteria): Promise<Sizes> {
  const sizes: { -readonly [set in keyof Sizes]: Sizes[set] } = {}
  for (const set of ['role', 'group'] as const) {
    if (request[set] === undefined) continue
    const { rows } = await sql<{ size: number }>`WITH RECURSIVE ${groupsOf(request)}
      found AS (SELECT account_id FROM (${SETS[set](request)}) AS accounts LIMIT ${MANY})
      SELECT count(*) AS size FROM found`.execute(db)
    sizes[set] = rows[0]?.size ?? 0
  }
  return sizes
}
