import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

/**
 * The load, in a process of its own: `load.ts <url> <tokens file> <seconds>`. 64 connections kept alive, each going
 * through the tokens from another place. Prints requests a second; ends with an error if any answer was not a 200.
 *
 * On bare sockets, since a general HTTP client takes as much processor as the server does, and then it would be the
 * client that is measured. It relies on each answer of a route being of one length, which it checks.
 */
const [url = '', tokensFile = '', seconds = '2'] = process.argv.slice(2)
const { hostname, port, pathname } = new URL(url)
const requests = readFileSync(tokensFile, 'utf8')
  .trim()
  .split('\n')
  .map((token) =>
    Buffer.from(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n\r\n`),
  )
const CONNECTIONS = 64
const OK = Buffer.from('HTTP/1.1 200 OK\r\n')
const LENGTH = /content-length: (\d+)\r\n/i

let answered = 0
let isOver = false

function drive(socket: Socket, from: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = from
    let expected = 0
    let received = 0
    const ask = () => {
      received = 0
      socket.write(requests[next++ % requests.length] as Buffer)
    }
    socket.on('error', reject)
    socket.on('connect', ask)
    socket.on('data', (chunk) => {
      if (received === 0) {
        if (chunk.compare(OK, 0, OK.length, 0, OK.length) !== 0)
          return reject(new Error(`refused: ${chunk.toString()}`))
        if (expected === 0) expected = lengthOf(chunk)
      }
      received += chunk.length
      if (received > expected) return reject(new Error('an answer was longer than the first'))
      if (received < expected) return
      answered++
      if (!isOver) return ask()
      socket.destroy()
      resolve()
    })
  })
}

/** Head and body together; the head arrives in one piece. */
function lengthOf(answer: Buffer): number {
  const head = answer.indexOf('\r\n\r\n') + 4
  return head + Number(LENGTH.exec(answer.toString('latin1', 0, head))?.[1])
}

const start = performance.now()
setTimeout(() => {
  isOver = true
}, Number(seconds) * 1000)
await Promise.all(
  Array.from({ length: CONNECTIONS }, (_, index) =>
    drive(connect(Number(port), hostname).setNoDelay(true), Math.floor((index * requests.length) / CONNECTIONS)),
  ),
)
process.stdout.write(`${JSON.stringify({ perSecond: (answered / (performance.now() - start)) * 1000 })}\n`)
