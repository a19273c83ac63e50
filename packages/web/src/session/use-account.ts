import { createContext, use } from 'react'
import type { Account, SignedIn } from './session-query.ts'

/** The session of the person who is signed in, as the frame provides it to the pages inside. */
export const SessionContext = createContext<SignedIn | undefined>(undefined)

export const useAccount = (): Account => useSession().account

/** What tokens of this server begin with. */
export const useTokenPrefix = (): string => useSession().tokenPrefix

function useSession(): SignedIn {
  const session = use(SessionContext)
  if (session === undefined) throw new Error('This is for pages inside AppFrame.')
  return session
}
