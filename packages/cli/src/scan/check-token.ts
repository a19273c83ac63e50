import { ProblemError } from '@ramp/client'
import { clientFor, readMe } from '../connection.ts'
import type { TokenText } from '../token-text.ts'

/** What the server says to whoever shows it the token: who it is, or why not. */
export type TokenState =
  | { readonly isActive: true; readonly username: string }
  | { readonly isActive: false; readonly code: string }

/** Throws if there is no answer to be had. */
export async function checkToken(url: string, { text }: TokenText): Promise<TokenState> {
  try {
    const { account } = await readMe(url, clientFor(url, text))
    return { isActive: true, username: account.username }
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status === 0 || error.status >= 500) throw error
    // Alive, though not from here.
    return { isActive: false, code: error.code }
  }
}
