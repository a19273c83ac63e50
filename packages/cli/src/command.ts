import type { RampClient } from '@ramp/client'
import type { Credential } from './connection.ts'
import type { Terminal } from './terminal.ts'

export interface OptionSpec {
  readonly summary: string
  /** What stands for the value in the help; without one, the option is a switch. */
  readonly value?: string
  /** The only values there are; else whatever the server takes. */
  readonly values?: readonly string[]
  readonly isRequired?: true
  /** May be given several times. */
  readonly isMany?: true
}

export interface ArgumentSpec {
  readonly summary: string
  readonly isOptional?: true
}

type Options = Readonly<Record<string, OptionSpec>>
type Arguments = Readonly<Record<string, ArgumentSpec>>

type OptionValue<S extends OptionSpec> = S extends { value: string }
  ? S extends { isMany: true }
    ? readonly string[]
    : S extends { isRequired: true }
      ? string
      : string | undefined
  : boolean

/** What every command is given. */
export interface Context {
  readonly env: NodeJS.ProcessEnv
  readonly terminal: Terminal
  readonly isJson: boolean
  /** Of the server that is meant. Known, not asked. */
  url(): string
  credential(): Promise<Credential>
  /** The API by that credential. Throws a `Failure` if there is none. */
  client(): Promise<RampClient>
  /** Every command there is. */
  allCommands(): Promise<readonly Command[]>
  /** The result: with `--json` the API's object, else what `text` makes of it. */
  print<T>(result: T, text: (result: T) => string): void
}

interface Definition<O extends Options, A extends Arguments> {
  /** As it is typed, without `ramp`: `tokens list`. */
  readonly name: string
  readonly summary: string
  /** What else to know, in whole sentences. */
  readonly description?: string
  readonly arguments?: A
  readonly options?: O
  run(
    context: Context,
    args: { readonly [K in keyof A]: A[K] extends { isOptional: true } ? string | undefined : string },
    options: { readonly [K in keyof O]: OptionValue<O[K]> },
  ): Promise<void>
}

/** A command with its types forgotten, as the table of all has them. */
export interface Command {
  readonly name: string
  readonly summary: string
  readonly description?: string
  readonly arguments: Arguments
  readonly options: Options
  // biome-ignore lint/suspicious/noExplicitAny: parse-arguments.ts gives what the specs above say
  run(context: Context, args: any, options: any): Promise<void>
}

export function command<
  const O extends Options = Record<never, never>,
  const A extends Arguments = Record<never, never>,
>(definition: Definition<O, A>): Command {
  return { arguments: {}, options: {}, ...definition }
}

/** The options that every command has. */
export const COMMON_OPTIONS = {
  url: { value: 'address', summary: 'the server; else RAMP_URL, or the one signed in to last' },
  json: { summary: "print the API's own objects" },
  help: { summary: 'say what the command does and takes' },
} satisfies Options
