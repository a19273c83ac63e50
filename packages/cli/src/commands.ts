import type { Command } from './command.ts'

/**
 * Every command by its first word, loaded when it is the one: what is not called costs no start. In the order of the help.
 */
const GROUPS: Readonly<Record<string, () => Promise<{ readonly COMMANDS: readonly Command[] }>>> = {
  login: () => import('./commands/login.ts'),
  logout: () => import('./commands/logout.ts'),
  whoami: () => import('./commands/whoami.ts'),
  tokens: () => import('./commands/tokens.ts'),
  members: () => import('./commands/members.ts'),
  groups: () => import('./commands/groups.ts'),
  roles: () => import('./commands/roles.ts'),
  'service-accounts': () => import('./commands/service-accounts.ts'),
  audit: () => import('./commands/audit.ts'),
  explain: () => import('./commands/explain.ts'),
  scan: () => import('./commands/scan.ts'),
  completion: () => import('./commands/completion.ts'),
}

/** The commands that begin with this word; none if no command does. */
export async function commandsOf(word: string): Promise<readonly Command[]> {
  const load = Object.hasOwn(GROUPS, word) ? GROUPS[word] : undefined
  return load === undefined ? [] : (await load()).COMMANDS
}

export async function allCommands(): Promise<readonly Command[]> {
  return (await Promise.all(Object.keys(GROUPS).map(commandsOf))).flat()
}
