import { styleText } from 'node:util'

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

/** Where `ramp` writes. Results go to standard output; all that is said about them, to standard error. */
export interface Terminal {
  readonly isColoured: boolean
  /** Whether standard input is a terminal, with somebody who can be asked. */
  readonly isInteractive: boolean
  print(text: string): void
  say(sentence: string): void
  style(style: Style, text: string): string
  /** How far something long has come, in one line that is written over; only on a terminal. */
  progress(text: string): void
}

export function openTerminal(env: NodeJS.ProcessEnv): Terminal {
  const { stdin, stdout, stderr } = process
  // Whoever reads the other end may have seen enough: `ramp audit | head`.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit()
    throw error
  })
  const isColoured = stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  let isProgressShown = false
  const clear = () => {
    if (isProgressShown) stderr.write('\r\u001b[K')
    isProgressShown = false
  }
  return {
    isColoured,
    isInteractive: stdin.isTTY === true,
    print(text) {
      clear()
      stdout.write(`${text}\n`)
    },
    say(sentence) {
      clear()
      stderr.write(`${sentence}\n`)
    },
    style: (style, text) => (isColoured ? styleText(style, text) : text),
    progress(text) {
      if (!stderr.isTTY) return
      stderr.write(`\r\u001b[K${text}`)
      isProgressShown = true
    },
  }
}

/** Names come from other people: what would move the cursor or hide text on a terminal is shown as a question mark. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')
}
