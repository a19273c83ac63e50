import { answerOf } from '@ramp/client'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** What a new password has to be; it changes with the server's configuration only. */
const passwordRulesQuery = queryOptions({
  queryKey: ['password-rules'],
  queryFn: ({ signal }) => answerOf(api.GET('/api/v1/password-rules', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
})

/** What every server demands, until this one has said more. */
const LEAST = 8

/** The rule for new passwords, to be shown before typing. The server decides; saying it before is kinder. */
export function usePasswordRule() {
  const { minLength = LEAST } = useQuery(passwordRulesQuery).data ?? {}
  return {
    text: `At least ${minLength} characters. Common passwords are refused, and those made of the username or “ramp”.`,
    problemOf: (password: string) =>
      [...password].length < minLength ? `Use at least ${minLength} characters.` : null,
  }
}
