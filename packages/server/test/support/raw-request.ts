import { connect } from 'node:net'

/**
 * Sends a request whose target is exactly these characters, one byte each, as no HTTP client would: with fragments, absolute
 * forms and raw bytes. Resolves with the status of the answer.
 */
export function rawRequest(
  { origin }: { readonly origin: string },
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const lines = Object.entries({ host: 'ramp.test', connection: 'close', ...headers })
  const text = [`${method} ${target} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join(
    '\r\n',
  )
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(new URL(origin).port), '127.0.0.1', () => socket.write(text, 'latin1'))
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      answer += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(Number(answer.split(' ', 2)[1])))
  })
}
