import { answerOf } from '@ramp/client'
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { withdrawAnnouncements } from '../app/announce.ts'
import { sessionsChanged } from './own-sessions-queries.ts'
import { type Session, sessionQuery } from './session-query.ts'

/** No mutation here is kept after its form is gone: its variables are passwords. */
const FORGET_AT_ONCE = 0

const SIGNED_OUT: Session = { state: 'signed-out', because: 'signed out here' }

interface SignIn {
  readonly username: string
  readonly password: string
}

export function useSignIn() {
  const client = useQueryClient()
  return useMutation({
    gcTime: FORGET_AT_ONCE,
    mutationFn: async (body: SignIn) => {
      await answerOf(api.POST('/api/v1/session', { body }))
      forgetAnswers(client)
      await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
    },
  })
}

interface PasswordChange {
  readonly currentPassword: string
  readonly revokeTokens: boolean
  readonly newPassword: string
}

export function useChangePassword() {
  const client = useQueryClient()
  return useMutation({
    gcTime: FORGET_AT_ONCE,
    mutationFn: async (body: PasswordChange) => {
      await answerOf(api.PUT('/api/v1/me/password', { body }))
      void sessionsChanged(client)
      await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
    },
  })
}

export function useSignOut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => answerOf(api.DELETE('/api/v1/session')),
    onSuccess: () => {
      client.setQueryData(sessionQuery.queryKey, SIGNED_OUT)
      forgetAnswers(client)
    },
  })
}

/** What one person was shown must not be there for the next. */
function forgetAnswers(client: QueryClient): void {
  withdrawAnnouncements()
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] })
}
