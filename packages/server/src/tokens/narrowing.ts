import { isWithin, parseRange, toBlockList } from '../core/address.ts'
import { fieldProblem, Problem } from '../core/problem.ts'

/**
 * A token's own limits: some of its owner's permissions, some addresses, an end. They are chosen at creation and can
 * only become tighter (CVE-2026-56654).
 */

/** Checks that `wanted` lies within what the owner holds now. Throws `validation_failed`. Returns it sorted, or null. */
export function narrowingOf(wanted: readonly string[] | null | undefined, held: ReadonlySet<string>): string[] | null {
  if (wanted === null || wanted === undefined) return null
  const index = wanted.findIndex((permission) => !held.has(permission))
  if (index >= 0) {
    throw fieldProblem(
      'validation_failed',
      `permissions.${index}`,
      'You do not hold this permission.',
      'permission_not_held',
    )
  }
  return [...wanted].sort()
}

/** Checks a list of addresses and CIDR ranges. Throws `validation_failed`. */
export function addressRangesOf(wanted: readonly string[] | null | undefined): string[] | null {
  if (wanted === null || wanted === undefined) return null
  const index = wanted.findIndex((text) => parseRange(text) === undefined)
  if (index >= 0) {
    const message = 'Give an address (192.0.2.1) or a range (192.0.2.0/24, 2001:db8::/32).'
    throw fieldProblem('validation_failed', `allowedAddresses.${index}`, message, 'not_an_address_range')
  }
  return [...wanted]
}

/** Throws `token_widening` unless every one of `to` is among `from` (null: everything is). */
export function assertNarrowerPermissions(from: readonly string[] | null, to: readonly string[] | null): void {
  if (from === null) return
  if (to === null || to.some((permission) => !from.includes(permission))) throw widening('permissions')
}

/** Throws `token_widening` unless every range of `to` lies within one of `from`. */
export function assertNarrowerAddresses(from: readonly string[] | null, to: readonly string[] | null): void {
  if (from === null) return
  if (to === null || !to.every((range) => from.some((outer) => containsRange(outer, range))))
    throw widening('allowedAddresses')
}

/** Throws `token_widening` unless `to` ends no later than `from` (null: never). */
export function assertEarlierEnd(from: number | null, to: number | null): void {
  if (from !== null && (to === null || to > from)) throw widening('expiresAt')
}

function widening(field: string): Problem {
  const message = 'A token can be narrowed, never widened. Make a new one.'
  return new Problem('token_widening', { detail: message, errors: [{ field, code: 'token_widening', message }] })
}

/** Whether every address of the inner range is within the outer one. */
export function containsRange(outerText: string, innerText: string): boolean {
  const outer = parseRange(outerText)
  const inner = parseRange(innerText)
  if (!outer || !inner || outer.family !== inner.family || inner.prefixLength < outer.prefixLength) return false
  return isWithin(inner.network, toBlockList([outerText]))
}
