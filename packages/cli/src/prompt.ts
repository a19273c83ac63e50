import { Failure } from './failure.ts'
import type { Terminal } from './terminal.ts'

/**
 * Reads a secret: at a prompt that shows nothing of it, or, where nobody is there to be asked, as the first line of
 * standard input. Never from an argument: those are seen in the list of processes and stay in the shell's history.
 */
export async function readSecret(terminal: Terminal, what: string): Promise<string> {
  const secret = terminal.isInteractive ? await typedLine(`${what}: `, false) : (await firstLine()).trim()
  if (secret === '')
    throw new Failure('usage', `No ${what.toLowerCase()} was given: type it, or write it to standard input.`)
  return secret
}

/** Asks something that is no secret. */
export async function ask(terminal: Terminal, what: string): Promise<string> {
  if (!terminal.isInteractive) throw new Failure('usage', `Nobody is there to be asked for the ${what.toLowerCase()}.`)
  return (await typedLine(`${what}: `, true)).trim()
}

const RETURN = /[\r\n]/
const END_OF_INPUT = '\u0004'
const INTERRUPT = '\u0003'
const ERASE = /[\b\u007f]/

/** A line from the keyboard, key by key: the terminal itself shows nothing of it. */
function typedLine(prompt: string, isShown: boolean): Promise<string> {
  const { stdin, stderr } = process
  // Before the prompt: whoever types as soon as it is there is not seen either.
  stdin.setRawMode(true)
  stderr.write(prompt)
  stdin.setEncoding('utf8')
  stdin.resume()
  return new Promise((resolve, reject) => {
    const typed: string[] = []
    const stop = (end: () => void) => {
      stdin.off('data', read)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
      end()
    }
    const read = (keys: string) => {
      for (const key of keys) {
        if (key === INTERRUPT) return stop(() => reject(new Failure('interrupted', 'Stopped.')))
        if (RETURN.test(key) || key === END_OF_INPUT) return stop(() => resolve(typed.join('')))
        if (!ERASE.test(key)) {
          typed.push(key)
          if (isShown) stderr.write(key)
        } else if (typed.pop() !== undefined && isShown) stderr.write('\b \b')
      }
    }
    stdin.on('data', read)
  })
}

/** Longer is no secret of ours: somebody gave the wrong file. */
const LONGEST_LINE = 4096

async function firstLine(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk
    if (text.includes('\n') || text.length > LONGEST_LINE) break
  }
  return text.split('\n', 1)[0] as string
}
