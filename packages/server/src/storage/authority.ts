import type { Reader } from './database.ts'

/**
 * The authority on which a transaction writes. Storage asks at commit whether it still holds; `authority/` answers. The
 * second half of the guarantee in docs/coherence.md rests on this one question.
 */
export interface Authority {
  /** The revision of the state that let the caller in. */
  readonly epoch: number
  /** Whether the credential has ended by itself meanwhile. */
  isOver(): boolean
  /** Whether a change of this subject (`token:<id>`, `account:<id>`, …) may end it. */
  restsOn(subject: string): boolean
  /**
   * Reads the caller's authority anew. `db` shows every committed change and none of the asking transaction. Throws a
   * `Problem` if the authority has ended or shrunk.
   */
  confirm(db: Reader): Promise<void>
}

/** The transactions that act for no authenticated caller, each with the reason why it needs none. */
export const UNATTENDED = {
  'sign-in': 'The caller proves who they are in this transaction, or has just failed to.',
  'device-request': 'A program asks for a code and gets no authority.',
  'device-poll': 'Counts a poll of an anonymous program.',
  refusal: 'Records that a caller was refused.',
  usage: 'Counts what has already happened.',
  policy: 'The stored policy ends tokens. It no longer depends on the administrator who stored it.',
  maintenance: 'Removes rows that no longer matter.',
  command: 'The operator of the machine acts through a command or the first start.',
} as const

export type Unattended = keyof typeof UNATTENDED

/** Who answers for a transaction: a caller whose authority is checked again at commit, or a stated reason to need none. */
export type Behind = Authority | Unattended

/** What a check may have to read. */
export interface CheckReads {
  /** The subjects that changed after one epoch, up to another; null if the list is not whole. */
  changes(after: number, upTo: number): Promise<readonly string[] | null>
  /** As of {@link Authority.confirm}. */
  readonly committed: Reader
}

/**
 * Checks the authority behind a transaction. `epoch` is that of the last change before it; the caller holds a lock that
 * lets no later one commit first. An unchanged epoch costs a comparison, another one the list of what has changed since. Only
 * if that names something that the authority rests on is the authority read anew. Throws what {@link Authority.confirm} throws.
 */
export async function assertStillHolds(
  authority: Authority,
  epoch: number,
  { changes, committed }: CheckReads,
): Promise<void> {
  if (!authority.isOver()) {
    if (epoch === authority.epoch) return
    const subjects = epoch > authority.epoch ? await changes(authority.epoch, epoch) : null
    if (subjects !== null && !subjects.some((subject) => authority.restsOn(subject))) return
  }
  await authority.confirm(committed)
}

/** More changes than this, and reading the authority anew is cheaper. */
const MOST_CHANGES_READ = 200

/** {@link CheckReads.changes} from the database's own record. */
export async function listChanges(db: Reader, after: number, upTo: number): Promise<readonly string[] | null> {
  const rows = await db
    .selectFrom('authz_change')
    .select(['epoch', 'subject'])
    // From the change that the caller has seen: if that is listed still, nothing after it was pruned.
    .where('epoch', '>=', after)
    .where('epoch', '<=', upTo)
    .orderBy('epoch')
    .limit(MOST_CHANGES_READ + 1)
    .execute()
  const isWhole = rows.length <= MOST_CHANGES_READ && (after === 0 || rows[0]?.epoch === after)
  return isWhole ? rows.filter(({ epoch }) => epoch > after).map(({ subject }) => subject) : null
}
