/** A cache from which single changes are dropped. */
export interface StaleState {
  dropToken(id: string): void
  dropAccount(id: string): void
  /** Drops everything that depends on the group: what is cached of the accounts in it and in the groups below. */
  dropGroup(id: string): void
  dropAll(): void
}

/** Drops what a change touched. The triggers of the database name it: `<kind>:<id>`. */
export function dropSubject(cache: StaleState, subject: string): void {
  const colon = subject.indexOf(':')
  const id = subject.slice(colon + 1)
  switch (subject.slice(0, Math.max(colon, 0))) {
    case 'token':
      cache.dropToken(id)
      break
    case 'account':
      cache.dropAccount(id)
      break
    case 'group':
      cache.dropGroup(id)
      break
    default:
      cache.dropAll()
  }
}
