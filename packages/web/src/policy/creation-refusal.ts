import type { TokenRules } from './policy-queries.ts'

/** Why somebody makes no personal access tokens; undefined: they may, or it is not known yet. */
export function creationRefusal(rules: TokenRules | undefined): string | undefined {
  if (rules === undefined || rules.pat.mayCreate) return undefined
  const { creation } = rules.pat
  return typeof creation === 'string'
    ? 'The policy of this server lets nobody create personal access tokens. Those there are go on.'
    : `The policy of this server lets only members with one of these roles create personal access tokens: ${creation.roles.join(', ')}. Those there are go on.`
}
