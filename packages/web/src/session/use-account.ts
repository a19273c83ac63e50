import { createContext, use } from 'react'
import type { Account } from './session-query.ts'

/** The person who is signed in, as the frame provides it to the pages inside. */
export const AccountContext = createContext<Account | undefined>(undefined)

export function useAccount(): Account {
  const account = use(AccountContext)
  if (account === undefined) throw new Error('useAccount is for pages inside AppFrame.')
  return account
}
