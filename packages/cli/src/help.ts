import { COMMON_OPTIONS, type Command, type OptionSpec } from './command.ts'

/** The list of commands. */
export function overview(commands: readonly Command[]): string {
  return [
    'ramp <command> [options]',
    '',
    ...columns(commands.map((command) => [`ramp ${usage(command)}`, command.summary])),
    '',
    '"ramp <command> --help" tells what it takes. Secrets are read at a prompt or from standard input, never from arguments.',
  ].join('\n')
}

export function commandHelp(command: Command): string {
  const { summary, description } = command
  const args = Object.entries(command.arguments).map(([name, spec]) => [`<${name}>`, spec.summary] as const)
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS } as Record<string, OptionSpec>)
  return [
    `ramp ${fullUsage(command)}`,
    '',
    ...wrapped(`${summary}.${description ? ` ${description}` : ''}`),
    '',
    ...columns([...args, ...options.map(([name, spec]) => [optionUsage(name, spec), optionSummary(spec)] as const)]),
  ].join('\n')
}

/** `tokens show <id>` */
function usage({ name, arguments: args }: Command): string {
  const words = Object.entries(args).map(([each, { isOptional }]) => (isOptional ? `[${each}]` : `<${each}>`))
  return [name, ...words].join(' ')
}

/** `tokens create --name <name> [options]` */
function fullUsage(command: Command): string {
  const required = Object.entries(command.options).filter(([, spec]) => spec.isRequired)
  return [usage(command), ...required.map(([each, spec]) => optionUsage(each, spec)), '[options]'].join(' ')
}

function optionUsage(name: string, { value }: OptionSpec): string {
  return value === undefined ? `--${name}` : `--${name} <${value}>`
}

function optionSummary({ summary, values, isMany }: OptionSpec): string {
  return [summary, values && `: ${values.join(', ')}`, isMany && ' (may be repeated)'].filter(Boolean).join('')
}

const LINE_LENGTH = 100

function wrapped(text: string): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string
    if (line !== '' && line.length + 1 + word.length > LINE_LENGTH) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}

/** README.md with the help of each command between its two marks. */
export function withCommands(readme: string, commands: readonly Command[]): string {
  const sections = commands.map((command) => `### ramp ${command.name}\n\n\`\`\`\n${commandHelp(command)}\n\`\`\`\n`)
  return readme.replace(/(<!-- commands -->\n)[\s\S]*(<!-- \/commands -->)/, (_all, begin, end) => {
    return `${begin}\n${sections.join('\n')}\n${end}`
  })
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
