import { createContext, use } from 'react'
import { useAccount } from '../session/use-account.ts'

/** Whose tokens the parts of this folder show. */
export interface TokenOwner {
  /** Undefined: whoever is signed in. */
  readonly serviceAccountId?: string
  /** What a token can be limited to. */
  readonly permissions: readonly string[]
  readonly mayChange: boolean
}

/** Around the parts on a page that shows the tokens of a service account. */
export const TokenOwnerContext = createContext<TokenOwner | undefined>(undefined)

export function useTokenOwner(): TokenOwner {
  const { permissions } = useAccount()
  return use(TokenOwnerContext) ?? { permissions, mayChange: true }
}
