import { expect } from 'vitest'
import type { Member } from './actors.ts'

const NO_RULES = {
  maximumLifetimeDays: null,
  expirationRequired: false,
  defaultLifetimeDays: null,
  tokensPerAccount: null,
  endUnusedAfterDays: null,
  allowedAddresses: null,
}

interface SomeRules {
  readonly pat?: Readonly<Record<string, unknown>>
  readonly service?: Readonly<Record<string, unknown>>
  readonly reactivation?: Readonly<Record<string, unknown>>
  readonly passwordChange?: Readonly<Record<string, unknown>>
}

/** A policy with these rules and no others. */
export function policyWith({ pat, service, reactivation, passwordChange }: SomeRules = {}) {
  return {
    pat: { ...NO_RULES, creation: 'all', ...pat },
    service: { ...NO_RULES, ...service },
    reactivation: { tokens: 'restore_if_recent', days: 30, ...reactivation },
    passwordChange: { tokens: 'keep', ...passwordChange },
  }
}

/** Saves a policy with these rules and no others. */
export async function setPolicy(administrator: Member, rules: SomeRules = {}) {
  const answer = await administrator.put('/api/v1/policy', policyWith(rules))
  expect(answer.body).toMatchObject(policyWith(rules))
  return answer
}
