import { authorized, type CallerContext } from '../../../src/authority/authorized.ts'
import type { TokenActor } from '../../../src/core/actor.ts'
import { assertStillHolds } from '../../../src/storage/authority.ts'
import type { Reader } from '../../../src/storage/database.ts'
import { accountIn, PRESENTER } from './credentials.ts'
import type { SimulatedDatabase } from './database.ts'
import type { Connection } from './network.ts'
import type { Process } from './world.ts'

/** A rule of requests in progress that is broken on purpose. */
export interface RequestFlaws {
  /** Commits without asking again. */
  readonly asksOnce?: boolean
  /** Takes the epoch of its commit for that of its admission. */
  readonly forgetsEpoch?: boolean
}

/** What a verifier let in: the epoch that it said, and the state of each subject that it decided on. */
export interface Admitted {
  readonly epoch: number
  readonly states: ReadonlyMap<string, number>
}

interface Place {
  readonly process: Process
  readonly connection: Connection
  readonly database: SimulatedDatabase
}

/** How long a request may take before it commits: its body, a hash, its statements. */
const LONGEST_WORK_MS = 1500

class AuthorityEnded extends Error {}

/**
 * A request that was let in works for a while, checks its authority by the product's code, and commits. `committed` is
 * called at the instant of the commit. A request that fails changes nothing, so nobody hears of it.
 */
export async function carryOutLater(
  { process, connection, database }: Place,
  { epoch, states }: Admitted,
  committed: () => void,
  flaws: RequestFlaws,
): Promise<void> {
  await process.pause(process.time.random() * LONGEST_WORK_MS)
  const transaction = await connection.ask(() => database.lockClock())
  const actor: TokenActor = {
    kind: 'pat',
    account: accountIn(0, 0),
    roles: [],
    permissions: new Set(),
    tokenId: '',
    parentId: null,
    isNarrowed: false,
    epoch: flaws.forgetsEpoch ? transaction.epoch : epoch,
    validUntil: null,
  }
  const caller = { actor, ...PRESENTER, requestId: '', now: 0 } as CallerContext
  const judgement = { clock: process.time.wall, refuse: () => new AuthorityEnded() }
  const authority = {
    ...authorized(caller, judgement as unknown as Parameters<typeof authorized>[1]),
    restsOn: (subject: string) => states.has(subject),
    // What the product reads by SQL. Any change of a subject since the admission ends the authority.
    async confirm() {
      const now = await connection.ask(() => database.read([...states.keys()], false))
      for (const [subject, state] of states) if (now.stateOf(subject) !== state) throw new AuthorityEnded()
    },
  }
  if (!flaws.asksOnce) {
    const changes = (after: number, upTo: number) => connection.ask(() => database.changesBetween(after, upTo))
    await assertStillHolds(authority, transaction.epoch, { changes, committed: undefined as unknown as Reader })
  }
  await connection.ask(() => database.commit(transaction, committed))
}
