import { isTokenId, parseToken } from '@ramp/verifier'
import { Problem } from '../core/problem.ts'
import { Secret } from '../core/secret.ts'
import { readPolicy } from '../policy/policy-store.ts'
import { roleSourcesOf } from '../roles/role-sources.ts'
import type { Services } from '../services.ts'
import { isTextOf } from '../tokens/presented-token.ts'
import type { Token } from '../tokens/token.ts'
import { findToken } from '../tokens/token-query.ts'
import { explain, type Finding, isAccepted } from './explain.ts'

export interface Explanation {
  readonly token: Token | undefined
  readonly isAccepted: boolean
  readonly findings: readonly Finding[]
}

export interface ExplainRequest {
  /** The whole text, or only the public id. */
  readonly presented: Secret
  readonly permission: string | undefined
  readonly address: string | undefined
  /** Only a token of this account: others look unknown. */
  readonly ownerId?: string
}

/** Says, rule by rule, why a token is or would be refused. Nothing of the pasted text is kept but the id. */
export async function explainToken(services: Services, request: ExplainRequest, now: number): Promise<Explanation> {
  const text = request.presented.expose().trim()
  const id = isTokenId(text) ? text : parseToken(text, services.tokenPrefix)?.id
  if (id === undefined) {
    const detail = `This is neither an id nor a token of this server (${services.tokenPrefix}_pat_… or ${services.tokenPrefix}_sat_…): its length, alphabet or checksum is wrong.`
    return refused({ rule: 'format', passed: false, detail })
  }
  const format: Finding = { rule: 'format', passed: true, detail: 'It has the form of a token.' }
  const token = await findToken(services.database.read, id)
  if (token === undefined || (request.ownerId !== undefined && token.accountId !== request.ownerId)) {
    return refused(format, { rule: 'known', passed: false, detail: 'No token has this id.' })
  }
  const secretMatches = isTokenId(text) ? undefined : await isTextOf(services.database.read, id, new Secret(text))
  const findings = [
    format,
    ...explain(token, await holdingsOf(services, token, request), { ...request, secretMatches }, now),
  ]
  return { token, isAccepted: isAccepted(findings), findings }
}

function refused(...findings: Finding[]): Explanation {
  return { token: undefined, isAccepted: false, findings }
}

async function holdingsOf({ database, verifier, catalogue }: Services, token: Token, { permission }: ExplainRequest) {
  const principal = await verifier.readPrincipal(token.accountId)
  if (principal === undefined) throw new Problem('token_not_found')
  const allows = (role: { permissions: readonly string[] }) =>
    permission !== undefined && role.permissions.includes(permission)
  return {
    sources: await roleSourcesOf(database.read, token.accountId),
    permissions: principal.permissions,
    policyAddresses: (await readPolicy(database.read))[token.kind].allowedAddresses,
    rolesThatAllow: catalogue.roles.filter(allows).map(({ name }) => name),
  }
}
