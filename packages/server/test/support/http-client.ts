import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The JSON of the answer, or its text if it is none; null for an empty one. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what the test says
  readonly body: any
}

export interface RequestOptions {
  /** Sent as JSON; a string or bytes are sent as they are. */
  readonly body?: unknown
  /** An array sends a header several times. */
  readonly headers?: OutgoingHttpHeaders
  /** Whose connections it goes by; by default those that all requests share. */
  readonly agent?: Agent
}

/** Sends one request over real HTTP, with full control of its headers and bytes; follows no redirect. */
export function send(
  origin: string,
  method: string,
  path: string,
  { body, headers = {}, agent = shared }: RequestOptions = {},
): Promise<Answer> {
  const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const length = 'transfer-encoding' in headers ? {} : { 'content-length': Buffer.byteLength(bytes ?? '') }
  const type = bytes === undefined ? {} : { 'content-type': 'application/json', ...length }
  return new Promise((resolve, reject) => {
    const req = request(`${origin}${path}`, { method, headers: { ...type, ...headers }, agent }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('error', reject)
      res.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: parse(text) })
      })
    })
    req.on('error', reject)
    req.end(bytes)
  })
}

/** Sockets are kept for the next request, as real clients do, and never keep the process alive. */
const shared = new Agent({ keepAlive: true, maxSockets: 64 })

function parse(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
