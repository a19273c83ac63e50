import { Problem } from '../core/problem.ts'

/** The form of `scope` and of permissions: RFC 6749 §3.3 allows more, RAMP's permissions need no more. */
const PERMISSION = /^[a-z0-9:-]{1,100}$/
const MOST = 200

/** The permissions that a scope names, each once, sorted; null if it is absent. Throws `invalid_scope`. */
export function readScope(scope: string | undefined): readonly string[] | null {
  if (scope === undefined) return null
  const permissions = [...new Set(scope.split(' ').filter(Boolean))].sort()
  if (permissions.length === 0 || permissions.length > MOST || !permissions.every((name) => PERMISSION.test(name))) {
    throw new Problem('invalid_scope', { detail: 'The scope must be names of permissions, separated by spaces.' })
  }
  return permissions
}
