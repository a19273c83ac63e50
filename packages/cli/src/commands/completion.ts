import { command } from '../command.ts'
import { completionScript, SHELLS, type Shell } from '../completion.ts'
import { Failure } from '../failure.ts'

const completion = command({
  name: 'completion',
  summary: 'Print the completion for a shell',
  description:
    'For bash: "source <(ramp completion bash)" in ~/.bashrc. For zsh: the same in ~/.zshrc, after compinit. For fish: "ramp completion fish | source".',
  arguments: { shell: { summary: SHELLS.join(', ') } },
  async run(context, { shell }) {
    if (!SHELLS.includes(shell as Shell)) throw new Failure('usage', `There is completion for ${SHELLS.join(', ')}.`)
    context.terminal.print(completionScript(shell as Shell, await context.allCommands()))
  },
})

export const COMMANDS = [completion]
