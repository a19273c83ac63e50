import { generateToken } from '@ramp/verifier'
import type { Principal } from '../../../src/core/actor.ts'
import { Secret } from '../../../src/core/secret.ts'
import { digestOf } from '../../../src/verification/token-verifier.ts'
import type { VerifiableToken } from '../../../src/verification/verdict.ts'

/** What verifiers are asked for: two tokens of one account. A change touches one subject, a token or the account. */
export interface SimulatedToken {
  readonly id: string
  readonly secret: Secret
  readonly subject: string
}

interface SimulatedAccount {
  readonly id: string
  readonly subject: string
}

export const ACCOUNT: SimulatedAccount = { id: 'owner', subject: 'account:owner' }

export const TOKENS: readonly SimulatedToken[] = [1, 2].map(() => {
  const { id, text } = generateToken('ramp', 'pat')
  return { id, secret: new Secret(text), subject: `token:${id}` }
})

export const SUBJECTS: readonly string[] = [...TOKENS, ACCOUNT].map(({ subject }) => subject)

/** A row's state is the epoch of the change that touched it last. A token shows it as its creation, an account as its role. */
export function tokenIn(state: number, { id, secret }: SimulatedToken): VerifiableToken {
  return {
    id,
    parentId: null,
    kind: 'pat',
    accountId: ACCOUNT.id,
    digest: digestOf(secret),
    createdAt: state,
    expiresAt: null,
    revokedAt: null,
    narrowing: null,
    allowedAddresses: null,
    policyAddresses: null,
  }
}

export function accountIn(state: number): Principal {
  const { id } = ACCOUNT
  return {
    id,
    kind: 'member',
    username: id,
    displayName: id,
    deactivatedAt: null,
    roles: [String(state)],
    permissions: new Set(),
  }
}

export const stateOfToken = ({ createdAt }: Pick<VerifiableToken, 'createdAt'>): number => createdAt
export const stateOfAccount = ({ roles }: Pick<Principal, 'roles'>): number => Number(roles[0])
