/** What a cache must be able to forget. */
export interface StaleState {
  dropToken(id: string): void
  dropAccount(id: string): void
  dropAllAccounts(): void
  dropAll(): void
}

/** Forgets what a change touched, as the triggers name it. */
export function dropSubject(cache: StaleState, subject: string): void {
  const [kind, id] = subject.split(':', 2)
  if (kind === 'token' && id !== undefined) cache.dropToken(id)
  else if (kind === 'account' && id !== undefined) cache.dropAccount(id)
  // What a group has concerns everybody in it and in the groups below: reading accounts anew is cheap.
  else if (kind === 'group') cache.dropAllAccounts()
  else cache.dropAll()
}
