import { answerOf, ProblemError } from '@ramp/client'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** Who sits at this browser, as far as the server knows. */
export type Session =
  | { readonly state: 'signed-out'; readonly because: 'no session' | 'session ended' | 'signed out here' }
  | { readonly state: 'password-change' }
  | SignedIn

/** A person at work, and how this server's tokens begin. */
export interface SignedIn {
  readonly state: 'signed-in'
  readonly account: Account
  readonly tokenPrefix: string
}

export type Account = Awaited<ReturnType<typeof getMe>>['account']

/** Roles change while a page is open; the permissions offered for a new token should follow. */
const SESSION_REFRESH_MS = 60_000

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session> => {
    try {
      const { account, tokenPrefix } = await getMe(signal)
      return { state: 'signed-in', account, tokenPrefix }
    } catch (error) {
      const session = sessionAfter(error)
      if (session === undefined) throw error
      return session
    }
  },
  staleTime: SESSION_REFRESH_MS,
  refetchInterval: ({ state }) => (state.data?.state === 'signed-in' ? SESSION_REFRESH_MS : false),
})

/** What a refusal of any call says about the session; undefined: nothing. */
export function sessionAfter(error: unknown): Session | undefined {
  if (!(error instanceof ProblemError)) return undefined
  if (error.code === 'password_change_required') return { state: 'password-change' }
  if (error.code === 'session_ended') return { state: 'signed-out', because: 'session ended' }
  if (error.code === 'authentication_required') return { state: 'signed-out', because: 'no session' }
  return undefined
}

function getMe(signal: AbortSignal) {
  return answerOf(api.GET('/api/v1/me', { signal }))
}
