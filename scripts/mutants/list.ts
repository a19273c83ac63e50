import { AUTHORITY } from './list/authority.ts'
import { COHERENCE } from './list/coherence.ts'
import { GRANTING } from './list/granting.ts'
import { POLICY } from './list/policy.ts'
import { SESSIONS } from './list/sessions.ts'
import { SETTLEMENT } from './list/settlement.ts'
import { TOKENS } from './list/tokens.ts'
import { VERIFICATION } from './list/verification.ts'
import type { Mutation } from './mutation.ts'

/** All mutations of `npm run mutants`. */
export const MUTATIONS: readonly Mutation[] = [
  ...VERIFICATION,
  ...COHERENCE,
  ...SETTLEMENT,
  ...AUTHORITY,
  ...TOKENS,
  ...GRANTING,
  ...SESSIONS,
  ...POLICY,
]
