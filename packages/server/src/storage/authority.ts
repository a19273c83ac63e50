import type { Reader } from './database.ts'

/**
 * The authority on which a transaction writes. Storage asks at commit whether it still holds; `authority/` answers. The
 * second half of the guarantee in docs/coherence.md rests on this one question.
 */
export interface Authority {
  /** Whether the decision that let the caller in is still current at this epoch. Costs a comparison. */
  isCurrentAt(epoch: number): boolean
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
  policy: 'The stored policy ends tokens, whoever stored it.',
  maintenance: 'Removes rows that no longer matter.',
  command: 'The operator of the machine acts through a command or the first start.',
} as const

export type Unattended = keyof typeof UNATTENDED

/** Who answers for a transaction: a caller whose authority is checked again at commit, or a stated reason to need none. */
export type Behind = Authority | Unattended

/**
 * Checks the authority behind a transaction. `epoch` is that of the last change before it; the caller holds a lock that
 * lets no later one commit first. Throws what {@link Authority.confirm} throws.
 */
export async function assertStillHolds(behind: Authority, epoch: number, db: Reader): Promise<void> {
  if (!behind.isCurrentAt(epoch)) await behind.confirm(db)
}
