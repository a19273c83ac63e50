import type { Context } from './command.ts'
import { allCommands, commandsOf } from './commands.ts'
import { clientFor, findCredential, serverAddress } from './connection.ts'
import { EXIT, Failure, failureOf } from './failure.ts'
import { commandHelp, overview } from './help.ts'
import { assertNoTokens, parseArguments } from './parse-arguments.ts'
import { openTerminal, type Terminal } from './terminal.ts'
import { VERSION } from './version.ts'

/** `ramp`: finds the command, runs it, and says in one sentence why not. */
const { argv, env } = process
const terminal = openTerminal(env)
let url: string | undefined

try {
  await run(argv.slice(2))
} catch (error) {
  const failure = failureOf(error, url)
  terminal.say(`ramp: ${failure.message}`)
  process.exitCode = EXIT[failure.reason]
}

async function run(words: readonly string[]): Promise<void> {
  assertNoTokens(words)
  const [first = '--help', second] = words.map((word) => (word === '-h' ? '--help' : word))
  if (first === '--version') return terminal.print(VERSION)
  if (first === '--help' || first === 'help') return terminal.print(overview(await allCommands()))

  const commands = await commandsOf(first)
  if (commands.length === 0) throw new Failure('usage', 'There is no such command. See "ramp --help".')
  const command = commands.find(({ name }) => name === first || name === `${first} ${second}`)
  if (command === undefined) {
    if (second === '--help' || second === undefined) {
      terminal.print(overview(commands))
      if (second === undefined) process.exitCode = EXIT.usage
      return
    }
    throw new Failure('usage', `There is no such command. See "ramp ${first} --help".`)
  }
  const { args, options } = parseArguments(command, words.slice(command.name.split(' ').length))
  if (options['help']) return terminal.print(commandHelp(command))
  await command.run(contextOf(terminal, options), args, options)
}

function contextOf(terminal: Terminal, options: Readonly<Record<string, unknown>>): Context {
  const address = () => (url ??= serverAddress(env, options['url'] as string | undefined))
  const credential = async () => {
    const found = await findCredential(env, address())
    if (found === undefined) {
      throw new Failure('notSignedIn', `Not signed in at ${address()}: run "ramp login", or set RAMP_TOKEN.`)
    }
    return found
  }
  const isJson = options['json'] === true
  return {
    env,
    terminal,
    isJson,
    allCommands,
    url: address,
    credential,
    client: async () => clientFor(address(), (await credential()).token.text),
    print: (result, text) => terminal.print(isJson ? JSON.stringify(result, null, 2) : text(result)),
  }
}
