import type { Worker } from 'node:cluster'
import type { Metrics } from './merged-metrics.ts'

/**
 * What the processes of `serve --workers` ask each other: the workers the primary, and the primary the workers. No
 * question and no answer holds a secret.
 */
interface Questions {
  /** Asked by a worker: that all the others write what they have noted of these tokens' use (null: of all). */
  writeUsageElsewhere: { asked: readonly string[] | null; answer: unknown }
  /** Asked by a worker: the metrics of all workers, as Prometheus reads them. */
  mergedMetrics: { asked: null; answer: string }
  /** Asked by a worker that ends, when all is done: afterwards no new connection is on its way to it. */
  leave: { asked: null; answer: unknown }
  /** Asked by the primary: what this worker has noted of these tokens' use is written. */
  writeUsage: { asked: readonly string[] | null; answer: unknown }
  /** Asked by the primary: the metrics of this worker. */
  metrics: { asked: null; answer: Metrics }
  /** Asked by the primary: take no new connection, finish those there are, and end. Answered at once. */
  retire: { asked: null; answer: unknown }
  /** Asked by the primary, of one worker: do what has to be done once an hour. Answered at once. */
  maintain: { asked: null; answer: unknown }
}

/** What all are asked is answered by then, also if one of them hangs. */
export const ASK_ALL_LIMIT_MS = 2000

type Question = keyof Questions
type Answerer = (asked: never) => unknown

type Message =
  | { readonly question: Question; readonly id: number; readonly asked: unknown }
  | { readonly answerTo: number; readonly answer: unknown }

/** One end of the line between the primary and a worker; both have the same. */
export class Line {
  readonly #worker: Worker
  readonly #answerers = new Map<Question, Answerer>()
  readonly #waiting = new Map<number, (answer: unknown) => void>()
  #questions = 0

  /** `cluster.worker` in a worker, what `cluster.fork` returned in the primary. */
  constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (message: Message) => void this.#receive(message))
    worker.on('disconnect', () => {
      for (const settle of [...this.#waiting.values()]) settle(undefined)
    })
  }

  /** Undefined if no answer came in time, or none can come. */
  ask<Q extends Question>(
    question: Q,
    asked: Questions[Q]['asked'],
    limitMs: number,
  ): Promise<Questions[Q]['answer'] | undefined> {
    if (!this.#worker.isConnected()) return Promise.resolve(undefined)
    const id = ++this.#questions
    return new Promise((resolve) => {
      const settle = (answer: unknown) => {
        clearTimeout(timer)
        this.#waiting.delete(id)
        resolve(answer as Questions[Q]['answer'] | undefined)
      }
      const timer = setTimeout(settle, limitMs, undefined)
      this.#waiting.set(id, settle)
      this.#send({ question, id, asked })
    })
  }

  /** Says how a question is answered. A rejection, or no answerer, is no answer. */
  answer<Q extends Question>(
    question: Q,
    answerer: (asked: Questions[Q]['asked']) => Questions[Q]['answer'] | Promise<Questions[Q]['answer']>,
  ): void {
    this.#answerers.set(question, answerer)
  }

  async #receive(message: Message): Promise<void> {
    if ('answerTo' in message) {
      this.#waiting.get(message.answerTo)?.(message.answer)
      return
    }
    const { question, id, asked } = message
    let answer: unknown
    try {
      answer = await this.#answerers.get(question)?.(asked as never)
    } catch {
      // No answer then.
    }
    this.#send({ answerTo: id, answer })
  }

  #send(message: Message): void {
    // Whoever is gone does not hear it, and `disconnect` says so to those who wait.
    if (this.#worker.isConnected()) this.#worker.send(message, () => {})
  }
}
