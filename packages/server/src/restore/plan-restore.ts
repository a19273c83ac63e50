import type { DatabaseSync } from 'node:sqlite'
import type { Gap } from '../storage/sqlite/gap.ts'
import { type Ended, findEnded, findUsedSince } from './ended-since.ts'
import type { FormerState } from './former-state.ts'

/** What a restore would revive, and what the operator wants to become of it. */
export interface RestorePlan {
  readonly missing: Gap
  readonly ended: Ended
  readonly endsAgain: boolean
  /** The tokens that end because they were, or may have been, used in the gap. Undefined: none. */
  readonly endedTokens: readonly string[] | undefined
  /** The largest count of authorization changes that may have been given out. */
  readonly leastEpoch: number
}

/** What is known of the gap. `main` is the older state; the later one, if there is any, is attached as `former`. */
export interface Findings {
  readonly former: FormerState
  readonly ended: Ended
  /** Of tokens that are still active. Without the former database every one of them may have been used. */
  readonly usedSince: readonly string[]
}

export function findRevived(db: DatabaseSync, former: FormerState, since: number): Findings {
  if (former === 'database') return { former, ended: findEnded(db), usedSince: findUsedSince(db, since) }
  const active = db.prepare('SELECT id FROM token WHERE revoked_at IS NULL').all() as { id: string }[]
  const usedSince = active.map(({ id }) => id)
  return { former, ended: former === 'export' ? findEnded(db) : {}, usedSince }
}

/** Whether the restore revives something, or nobody can know that it does not: then an operator has to decide. */
export const needsDecision = ({ former, ended }: Findings) => former === 'nothing' || Object.keys(ended).length > 0

const LISTED = 20

/** The findings in sentences. */
export function describeFindings({ former, ended, usedSince }: Findings, { from, until }: Gap): string {
  const span = `from ${new Date(from).toISOString()} until ${new Date(until).toISOString()}`
  if (former === 'nothing')
    return `Nothing tells what was revoked or deactivated ${span}: name the former database or an audit export with --compare.\n`
  const lines = Object.entries(ended).map(([what, names]) => {
    const more = names.length > LISTED ? `, and ${names.length - LISTED} more` : ''
    return `  ${names.length} ${what}: ${names.slice(0, LISTED).join(', ')}${more}\n`
  })
  const head = lines.length === 0 ? `Nothing had ended ${span}.\n` : `These had ended ${span}, and would work again:\n`
  const used = former === 'database' ? `${usedSince.length} active tokens were used in that time.\n` : ''
  return head + lines.join('') + used
}
