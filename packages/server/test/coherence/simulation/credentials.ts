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

/** Where every call comes from. */
export const PRESENTER = { address: '192.0.2.1', client: undefined }

interface SimulatedAccount {
  readonly id: string
  readonly subject: string
}

export const ACCOUNT: SimulatedAccount = { id: 'owner', subject: 'account:owner' }

export const TOKENS: readonly SimulatedToken[] = [1, 2].map(() => {
  const { id, text } = generateToken('ramp', 'pat')
  return { id, secret: new Secret(text), subject: `token:${id}` }
})

/** The account is in a team, and the team in this group. */
export const COMPANY = { id: 'company', subject: 'group:company' }

export const SUBJECTS: readonly string[] = [...TOKENS, ACCOUNT, COMPANY].map(({ subject }) => subject)

/**
 * A row's state is the epoch of the change that touched it last. A token shows it as its creation; an account shows its own as one
 * role, and that of the company as the other.
 */
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

export function accountIn(state: number, ofCompany: number, reaches = [['team', COMPANY.id]]): Principal {
  const { id } = ACCOUNT
  return {
    id,
    kind: 'member',
    username: id,
    displayName: id,
    deactivatedAt: null,
    tokensPausedAt: null,
    roles: [String(state), String(ofCompany)],
    permissions: new Set(),
    reaches,
  }
}

export const stateOfToken = ({ createdAt }: Pick<VerifiableToken, 'createdAt'>): number => createdAt
export const stateOfAccount = ({ roles }: Pick<Principal, 'roles'>): number => Number(roles[0])
export const stateOfCompany = ({ roles }: Pick<Principal, 'roles'>): number => Number(roles[1])
