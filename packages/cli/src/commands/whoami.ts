import { command } from '../command.ts'
import { readMe } from '../connection.ts'
import { facts, list } from '../table.ts'

const whoami = command({
  name: 'whoami',
  summary: 'Show who you are here, and what you may do',
  async run(context) {
    const me = await readMe(context.url(), await context.client())
    const { token, isSaved } = await context.credential()
    context.print(me, ({ account }) =>
      facts(context.terminal, {
        server: context.url(),
        account: `${account.username} (${account.kind === 'member' ? account.displayName : 'service account'})`,
        credential: `${token.name}, ${isSaved ? 'saved by "ramp login"' : 'from RAMP_TOKEN'}`,
        roles: list(account.roles),
        permissions: list(account.permissions),
      }),
    )
  },
})

export const COMMANDS = [whoami]
