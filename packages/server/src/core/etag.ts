import { hash } from 'node:crypto'
import { Problem } from './problem.ts'

/**
 * Two people who edit the same thing: an answer carries an `ETag` of what can be edited, and a change that sends it back
 * as `If-Match` is refused if somebody was faster, so that nothing of theirs is lost (RFC 9110 §13.1.1).
 */
export function etagOf(editable: object): string {
  return `"${hash('sha256', JSON.stringify(editable), 'base64url').slice(0, 22)}"`
}

/** To be asked in the transaction of the change. Without `ifMatch` the last one wins. Throws `edited_meanwhile`. */
export function assertUnchanged(ifMatch: string | undefined, editable: object): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const known = ifMatch.split(',').map((tag) => tag.trim())
  if (!known.includes(etagOf(editable))) throw new Problem('edited_meanwhile')
}
