import { COMMON_OPTIONS, type Command, type OptionSpec } from './command.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** A script for the shell, complete in itself: asking `ramp` at each press of the key would take a tenth of a second. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  if (shell === 'fish') return fish(commands)
  return shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}` : bash(commands)
}

const optionsOf = ({ options }: Command): [string, OptionSpec][] => Object.entries({ ...options, ...COMMON_OPTIONS })

/** Commands, options and values are letters and hyphens: nothing here needs quoting. */
function bash(commands: readonly Command[]): string {
  const cases = [...nextWords(commands)].map(
    ([before, next]) => `      '${before}') candidates='${[...next].join(' ')}' ;;`,
  )
  return `_ramp() {
  local first= second= key candidates=
  local previous=\${COMP_WORDS[COMP_CWORD-1]} current=\${COMP_WORDS[COMP_CWORD]}
  ((COMP_CWORD > 1)) && first=\${COMP_WORDS[1]}
  ((COMP_CWORD > 2)) && second=\${COMP_WORDS[2]}
  [[ $second == -* ]] && second=
  for key in "$first $second $previous" "$first $previous" "$first $second" "$first"; do
    case $key in
${cases.join('\n')}
      *) continue ;;
    esac
    break
  done
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -o default -F _ramp ramp`
}

/** What may come next, by what is there: nothing, `tokens`, `tokens list`, `tokens list --status`. */
function nextWords(commands: readonly Command[]): ReadonlyMap<string, ReadonlySet<string>> {
  const words = new Map<string, Set<string>>()
  const add = (before: string, next: readonly string[]) => {
    words.set(before, new Set([...(words.get(before) ?? []), ...next]))
  }
  for (const command of commands) {
    const [first = '', second] = command.name.split(' ')
    add('', [first])
    if (second !== undefined) add(first, [second])
    if (first === 'completion') add(first, SHELLS)
    add(
      command.name,
      optionsOf(command).map(([option]) => `--${option}`),
    )
    for (const [option, { values }] of optionsOf(command)) if (values) add(`${command.name} --${option}`, values)
  }
  return words
}

function fish(commands: readonly Command[]): string {
  const lines = ['complete -c ramp -f']
  const add = (condition: string, rest: string) => lines.push(`complete -c ramp -n '${condition}' ${rest}`)
  for (const [before, next] of nextWords(commands)) {
    const isCommand = commands.some(({ name }) => name === before)
    if (isCommand || before.includes(' ')) continue
    const words = [...next].join(' ')
    if (before === '') add('__fish_use_subcommand', `-a '${words}'`)
    else add(`__fish_seen_subcommand_from ${before}; and not __fish_seen_subcommand_from ${words}`, `-a '${words}'`)
  }
  for (const command of commands) {
    const seen = command.name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`)
    const condition = seen.join('; and ')
    if (command.name === 'completion') add(condition, `-a '${SHELLS.join(' ')}'`)
    if (command.arguments['path']) add(condition, '-F')
    for (const [option, { value, values }] of optionsOf(command)) {
      add(condition, `-l ${option}${value ? ' -x' : ''}${values ? ` -a '${values.join(' ')}'` : ''}`)
    }
  }
  return lines.join('\n')
}
