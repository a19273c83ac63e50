import { answerOf } from '@ramp/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** What a program asks for under a code. */
export type Asked = Awaited<ReturnType<typeof lookUp>>

const lookUp = (userCode: string) =>
  answerOf(api.GET('/api/v1/device-authorizations/{userCode}', { params: { path: { userCode } } }))

/** Not a query: each look counts as a guess, and what was asked is looked at once. */
export function useLookUp() {
  return useMutation({ mutationFn: lookUp })
}

export type Decision = 'approve' | 'deny'

export function useDecide(userCode: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (decision: Decision) => {
      const path = { params: { path: { userCode } } }
      await answerOf(
        decision === 'approve'
          ? api.POST('/api/v1/device-authorizations/{userCode}/approve', path)
          : api.POST('/api/v1/device-authorizations/{userCode}/deny', path),
      )
    },
    // The program fetches its token in a moment.
    onSuccess: () => void client.invalidateQueries({ queryKey: ['tokens'] }),
  })
}
