import { parseArgs } from 'node:util'
import { COMMON_OPTIONS, type Command, type OptionSpec } from './command.ts'
import { Failure } from './failure.ts'
import { tokensIn } from './token-text.ts'

/** Refuses a token among the arguments, before anything is made of them. */
export function assertNoTokens(argv: readonly string[]): void {
  const [found] = argv.flatMap((argument) => [...tokensIn(Buffer.from(argument))])
  if (found === undefined) return
  throw new Failure(
    'usage',
    `An argument holds the token ${found.token.name}: arguments are seen in the list of processes and stay in the shell's history. ` +
      'Write it to standard input, or set RAMP_TOKEN; and replace this one.',
  )
}

export interface Parsed {
  readonly args: Readonly<Record<string, string | undefined>>
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
}

/** Reads what follows the command's name. Throws a `Failure` that names the option, never what was typed for it. */
export function parseArguments(command: Command, argv: readonly string[]): Parsed {
  const hint = `See "ramp ${command.name} --help".`
  const fail = (sentence: string): never => {
    throw new Failure('usage', `${sentence} ${hint}`)
  }
  const specs: Readonly<Record<string, OptionSpec>> = { ...COMMON_OPTIONS, ...command.options }
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, toParseArgs(name, spec)])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })

  const options: Record<string, string | boolean | string[]> = {}
  for (const [name, spec] of Object.entries(specs)) if (spec.isMany) options[name] = []
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined
    if (spec === undefined) return fail(`There is no option ${token.rawName}.`)
    if (spec.value === undefined) {
      if (token.value !== undefined) fail(`--${token.name} takes no value.`)
      options[token.name] = true
      continue
    }
    const { value } = token
    if (value === undefined || value === '') return fail(`--${token.name} takes a value.`)
    if (spec.values && !spec.values.includes(value)) fail(`--${token.name} is one of ${spec.values.join(', ')}.`)
    const before = options[token.name]
    if (Array.isArray(before)) before.push(value)
    else if (before !== undefined) fail(`--${token.name} is given twice.`)
    else options[token.name] = value
  }
  if (options['help']) return { args: {}, options }

  const names = Object.entries(command.arguments)
  const missing = names.find(([, spec], index) => !spec.isOptional && positionals[index] === undefined)
  if (missing) fail(`<${missing[0]}> is missing.`)
  if (positionals.length > names.length) fail('There are more arguments than it takes.')
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.isRequired && options[name] === undefined) fail(`--${name} is missing.`)
  }
  return { args: Object.fromEntries(names.map(([name], index) => [name, positionals[index]])), options }
}

function toParseArgs(name: string, { value, isMany }: OptionSpec) {
  const type = value === undefined ? ('boolean' as const) : ('string' as const)
  return { type, multiple: isMany === true, ...(name === 'help' && { short: 'h' }) }
}
