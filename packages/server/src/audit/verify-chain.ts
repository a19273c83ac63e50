import { auditDigest } from '../storage/audit-digest.ts'
import type { Reader } from '../storage/database.ts'
import type { AuditEventTable } from '../storage/tables.ts'

/** A place in the chain: an event's id and digest. */
interface Link {
  readonly id: number
  readonly digest: string
}

export type ChainVerdict =
  | { readonly isWhole: true; readonly events: number; readonly anchor: Link; readonly head: Link }
  | { readonly isWhole: false; readonly eventId: number; readonly fault: string }

/** How many events are in memory at once. */
const CHUNK = 2000

/**
 * Recomputes the digest of every event, from the anchor to what is the head now, and names the first that is not what
 * was recorded there. Others may record, and retention may remove, meanwhile.
 */
export async function verifyChain(db: Reader): Promise<ChainVerdict> {
  const chain = await readChain(db)
  if (chain === undefined) return broken(0, 'the row that says where the chain starts and ends is missing')
  const { anchor, head, lowestId, highestId } = chain
  if (lowestId !== null && lowestId <= anchor.id)
    return broken(lowestId, 'it was added: retention had removed that one')

  let last = anchor
  let events = 0
  while (last.id < head.id) {
    const { rows, anchor: anchorNow } = await readChunk(db, last.id, head.id)
    // What retention removed since it was asked for is neither missing nor verified any more.
    const wasAnchorMoved = anchorNow.id > last.id
    if (wasAnchorMoved) last = anchorNow
    const left = rows.filter(({ id }) => id > last.id)
    for (const event of left) {
      const fault = await faultOf(db, event, last, head)
      if (fault !== undefined) return fault
      last = { id: event.id, digest: event.digest }
      events++
    }
    if (rows.length === 0 && !wasAnchorMoved) return broken(last.id + 1, missingThrough(last.id + 1, head.id))
  }
  if (last.id === head.id && last.digest !== head.digest) {
    return broken(head.id, 'it was replaced: the end of the chain has another digest')
  }
  if (highestId !== null && highestId > head.id) {
    return broken(highestId, 'it was added: the chain ended before it')
  }
  return { isWhole: true, events, anchor, head }
}

const broken = (eventId: number, fault: string): ChainVerdict => ({ isWhole: false, eventId, fault })

const missingThrough = (from: number, through: number) =>
  from === through ? 'it is missing' : `it is missing, and so is every event up to ${through}`

async function faultOf(db: Reader, event: AuditEventTable, last: Link, head: Link): Promise<ChainVerdict | undefined> {
  if (auditDigest(event.previous_digest, event) !== event.digest) {
    const from = originalId(event, head.id)
    return from === undefined
      ? broken(event.id, 'it was altered: it does not have the digest that it carries')
      : broken(event.id, `it was reordered: what stands there was recorded as event ${from}`)
  }
  if (event.previous_digest === last.digest) return undefined
  const first = last.id + 1
  if (event.id > first && !(await isRecorded(db, event.previous_digest))) {
    return broken(first, missingThrough(first, event.id - 1))
  }
  return broken(event.id, `it was reordered or added: it does not carry the digest of event ${last.id}, before it`)
}

/** The id under which an event that stands elsewhere has its digest. Looked for only in a chain that is broken. */
function originalId(event: AuditEventTable, lastId: number): number | undefined {
  for (let id = 1; id <= lastId; id++) {
    if (auditDigest(event.previous_digest, { ...event, id }) === event.digest) return id
  }
  return undefined
}

async function isRecorded(db: Reader, digest: string): Promise<boolean> {
  const row = await db.selectFrom('audit_event').select('id').where('digest', '=', digest).executeTakeFirst()
  return row !== undefined
}

/** In one statement, and so of one instant. */
async function readChain(db: Reader) {
  const row = await db
    .selectFrom('audit_chain')
    .select(['anchor_id', 'anchor_digest', 'last_id', 'last_digest'])
    .select((eb) => [
      eb
        .selectFrom('audit_event')
        .select((event) => event.fn.min<number | null>('id').as('id'))
        .as('lowestId'),
      eb
        .selectFrom('audit_event')
        .select((event) => event.fn.max<number | null>('id').as('id'))
        .as('highestId'),
    ])
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { anchor_id, anchor_digest, last_id, last_digest, lowestId, highestId } = row
  return {
    anchor: { id: anchor_id, digest: anchor_digest },
    head: { id: last_id, digest: last_digest },
    lowestId,
    highestId,
  }
}

/** The anchor is read after the events: of what is not among them, it says whether retention has removed it. */
async function readChunk(db: Reader, after: number, through: number) {
  const rows = await db
    .selectFrom('audit_event')
    .selectAll()
    .where('id', '>', after)
    .where('id', '<=', through)
    .orderBy('id')
    .limit(CHUNK)
    .execute()
  const anchor = await db
    .selectFrom('audit_chain')
    .select(['anchor_id as id', 'anchor_digest as digest'])
    .executeTakeFirstOrThrow()
  return { rows, anchor }
}
