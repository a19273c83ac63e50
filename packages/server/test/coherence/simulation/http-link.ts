import { Link } from './link.ts'
import type { Process } from './world.ts'

export interface Request {
  readonly method: string
  /** After `/api/v1/verifiers`. */
  readonly path: string
  readonly body: unknown
}

export interface Answer {
  readonly status: number
  readonly body?: unknown
}

/** As long as ramp-connection.ts waits, by the clock of its process: the platform's timeouts know no simulated time. */
const RENEWAL_LIMIT_MS = 2500
const LIMIT_MS = 3000

/** The way of a verifier in another service to the servers: requests by HTTP, which may break off. */
export class HttpLink extends Link {
  readonly #pending = new Set<(error: unknown) => void>()

  /** What a process has in the place of `fetch`. */
  fetchOf(process: Process, serve: (request: Request) => Promise<Answer>): typeof globalThis.fetch {
    return (url, init) => {
      const path = new URL(String(url)).pathname.replace('/api/v1/verifiers', '')
      const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined
      const limitMs = path.endsWith('/renew') ? RENEWAL_LIMIT_MS : LIMIT_MS
      return this.#send(process, { method: init?.method ?? 'GET', path, body }, limitMs, serve)
    }
  }

  /** Everything that is under way breaks off; the process hears of it, unless the network swallows that, too. */
  cut(): void {
    const broken = [...this.#pending]
    this.carry(() => {
      for (const fail of broken) fail(new Error('The connection broke.'))
    })
  }

  #send(
    process: Process,
    request: Request,
    limitMs: number,
    serve: (request: Request) => Promise<Answer>,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        giveUp()
        this.#pending.delete(fail)
        settle()
      }
      const fail = (error: unknown) => process.deliver(() => end(() => reject(error)))
      const giveUp = process.after(limitMs, () => fail(new Error('No answer.')))
      this.#pending.add(fail)
      const answer = (given: Answer) => process.deliver(() => end(() => resolve(responseOf(given))))
      this.carry(() => {
        serve(request).then(
          (given) => this.carry(() => answer(given)),
          (error) => this.carry(() => fail(error)),
        )
      })
      // A proxy between may send a request again.
      if (this.isDoubling) this.carry(() => void serve(request).catch(() => {}))
    })
  }
}

function responseOf({ status, body }: Answer): Response {
  return { ok: status < 300, status, json: async () => body } as Response
}
