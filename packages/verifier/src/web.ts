import { answerTo } from './refusal-answer.ts'
import { assertPermission, type Requirement, type Verifies } from './requirement.ts'
import type { Credential } from './verdict.ts'

/**
 * For handlers of Web-standard requests (Deno, Bun, route handlers of frameworks): who calls, or the response to answer with.
 *
 *     const caller = await guard(request, address)
 *     if (caller instanceof Response) return caller
 *
 * A `Request` does not know from where it comes, the platform does: without the address, tokens that are limited to some addresses
 * are refused.
 */
export function requireToken(verifier: Verifies, { permission }: Requirement = {}) {
  assertPermission(permission)
  return async ({ headers }: Request, address?: string): Promise<Credential | Response> => {
    const presented = { permission, address, client: headers.get('user-agent') ?? undefined }
    const verdict = await verifier.verify(headers.get('authorization'), presented)
    if (verdict.outcome === 'active') return verdict
    const refused = answerTo(verdict.outcome, permission)
    return new Response(refused.body, { status: refused.status, headers: { ...refused.headers } })
  }
}
