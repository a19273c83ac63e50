import { createInterface } from 'node:readline/promises'
import { type Findings, needsDecision, type RestorePlan } from './plan-restore.ts'
import type { RestoreOptions } from './restore-options.ts'

type Decision = Pick<RestorePlan, 'endsAgain' | 'endedTokens'>

/**
 * What becomes of what the restore would revive: as the options say, else as the operator answers at a terminal. Throws a
 * sentence if nobody has said it: a restore revives nothing silently.
 */
export async function decide(findings: Findings, options: RestoreOptions): Promise<Decision> {
  const canTell = findings.former !== 'nothing'
  if (options.revived === 'end' && !canTell)
    throw new Error('Nothing tells what had ended: name the former database or an audit export with --compare.')
  const isDecided = options.revived !== undefined || (!canTell && options.endsSinceBackup)
  if (!needsDecision(findings) || isDecided) {
    return toDecision(findings, options.revived === 'end', options.endsSinceBackup)
  }
  if (!process.stdin.isTTY) throw new Error(canTell ? UNDECIDED : UNDECIDED_BLIND)
  return ask(findings, canTell)
}

const UNDECIDED =
  'Nothing was changed: decide with --revoke-again or --leave-active what becomes of these; --end-since-backup also ends what was used since.'
const UNDECIDED_BLIND =
  'Nothing was changed: decide with --end-since-backup (ends every token and session) or --leave-active what becomes of tokens that may have been revoked.'

function toDecision({ usedSince }: Findings, endsAgain: boolean, endsSinceBackup: boolean): Decision {
  return { endsAgain, endedTokens: endsSinceBackup ? usedSince : undefined }
}

async function ask(findings: Findings, canTell: boolean): Promise<Decision> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const isYes = async (question: string) => /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  try {
    const endsAgain = canTell && (await isYes('End all of these again?'))
    const which = findings.former === 'database' ? 'each token that was used since the backup' : 'every token'
    const endsSinceBackup = await isYes(`Also end ${which}, and all sessions?`)
    if (!endsAgain && !endsSinceBackup && !(await isYes('Leave them all active?')))
      throw new Error('Nothing was changed.')
    return toDecision(findings, endsAgain, endsSinceBackup)
  } finally {
    terminal.close()
  }
}
