import { audit } from './commands/audit-verify.ts'
import { createAdmin } from './commands/create-admin.ts'
import { doctor } from './commands/doctor.ts'
import { migrate } from './commands/migrate.ts'
import { serve } from './commands/serve.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { Problem } from './core/problem.ts'

type Command = (config: Config, args: readonly string[]) => Promise<void>

const COMMANDS: Readonly<Record<string, Command>> = { serve, migrate, 'create-admin': createAdmin, doctor, audit }

const USAGE = `ramp-server <command>

  serve [--workers <n>]    serve the API and the pages (migrates first); with workers, by n processes at one port
  migrate                  bring the database schema up to date
  create-admin <username>  make a further Administrator; the password is read from standard input, or made
  doctor                   check configuration, database, migrations, clock and paths
  audit verify             whether every audit event is as it was recorded; exit code 1 if not

Settings are environment variables: RAMP_DATABASE_URL, RAMP_HOST, RAMP_PORT, RAMP_PUBLIC_URL, … (docs/configuration.md).
`

const [name = '', ...args] = process.argv.slice(2)
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
if (command === undefined) {
  process.stderr.write(USAGE)
  process.exit(name === '' || name === 'help' || name === '--help' ? 0 : 2)
}
try {
  await command(readConfig(process.env), args)
} catch (error) {
  // Mistakes of the operator get one sentence; anything else is a defect and shows where it is.
  const isExpected =
    error instanceof ConfigError || error instanceof Problem || (error instanceof Error && error.constructor === Error)
  process.stderr.write(isExpected ? `${error.message}\n` : `${(error as Error).stack ?? error}\n`)
  process.exit(1)
}
