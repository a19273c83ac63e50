import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

/**
 * The load, in a process of its own that is forked once and told what to do. 64 connections kept alive, each going
 * through the tokens from another place. Answers with requests a second; ends with an error if any answer was not a 200.
 *
 * On bare sockets, since a general HTTP client takes as much processor as the server does, and then it would be the
 * client that is measured. It relies on each answer of a route being of one length, which it checks.
 */
export interface LoadOrder {
  readonly url: string
  /** One token a line. */
  readonly tokensFile: string
  /** Ends after so long, or so many requests. */
  readonly until: { readonly seconds: number } | { readonly requests: number }
}

const CONNECTIONS = 64
const OK = Buffer.from('HTTP/1.1 200 OK\r\n')
const LENGTH = /content-length: (\d+)\r\n/i

process.on('message', async (order: LoadOrder) => process.send?.({ perSecond: await carryOut(order) }))

async function carryOut({ url, tokensFile, until }: LoadOrder): Promise<number> {
  const { hostname, port, pathname } = new URL(url)
  const requests = readFileSync(tokensFile, 'utf8')
    .trim()
    .split('\n')
    .map((token) =>
      Buffer.from(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n\r\n`),
    )
  const most = 'requests' in until ? until.requests : Number.POSITIVE_INFINITY
  const start = performance.now()
  const end = 'seconds' in until ? start + until.seconds * 1000 : Number.POSITIVE_INFINITY
  const progress: Progress = {
    answered: 0,
    isOver: () => progress.answered >= most || performance.now() >= end,
  }
  await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, index) =>
      drive(
        connect(Number(port), hostname).setNoDelay(true),
        requests,
        Math.floor((index * requests.length) / CONNECTIONS),
        progress,
      ),
    ),
  )
  return (progress.answered / (performance.now() - start)) * 1000
}

interface Progress {
  answered: number
  isOver(): boolean
}

function drive(socket: Socket, requests: readonly Buffer[], from: number, progress: Progress): Promise<void> {
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
      progress.answered++
      if (!progress.isOver()) return ask()
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
