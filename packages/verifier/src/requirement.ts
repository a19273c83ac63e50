import type { Verifier } from './create-verifier.ts'

/** What every adapter takes first: a verifier of `createVerifier`. */
export type Verifies = Pick<Verifier, 'verify'>

/** What a call takes beside a token that is valid. */
export interface Requirement {
  /** One of the catalogue, as `templates:read`; without it, any valid token will do. */
  readonly permission?: string | undefined
}

/** A permission stands in a header of the answer, and a mistyped one would lock everybody out: it is looked at when the route is made. */
export function assertPermission(permission: string | undefined): void {
  if (permission === undefined || /^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*$/.test(permission)) return
  throw new RangeError(`not a permission: ${JSON.stringify(permission)}`)
}
