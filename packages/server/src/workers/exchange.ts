import type { Worker } from 'node:cluster'
import { Line } from './line.ts'
import { MergedMetrics } from './merged-metrics.ts'

/** Whoever asks waits no longer than this for a worker that hangs. */
const ANSWER_LIMIT_MS = 1000

/** What a worker asks of all is passed on, and brought back, by the primary. */
export class Exchange {
  readonly #lines = new Map<Worker, Line>()
  readonly #metrics = new MergedMetrics()
  readonly #serving: () => Iterable<Worker>

  /** `serving`: the workers that take new connections. */
  constructor(serving: () => Iterable<Worker>) {
    this.#serving = serving
  }

  /** A worker that answers questions from now on. */
  join(worker: Worker): void {
    const line = new Line(worker)
    this.#lines.set(worker, line)
    line.answer('writeUsageElsewhere', async (tokenIds) => {
      const others = [...this.#lines].filter(([other]) => other !== worker)
      await Promise.all(others.map(([, other]) => other.ask('writeUsage', tokenIds, ANSWER_LIMIT_MS)))
    })
    line.answer('mergedMetrics', async () => {
      await Promise.all([...this.#lines.keys()].map((each) => this.#askMetrics(each)))
      return this.#metrics.text([...this.#serving()].length)
    })
    line.answer('leave', () => this.#askMetrics(worker))
  }

  /** … and that is gone. */
  part(worker: Worker): void {
    this.#lines.delete(worker)
    this.#metrics.end(worker.id)
  }

  retire(worker: Worker): void {
    void this.#lines.get(worker)?.ask('retire', null, ANSWER_LIMIT_MS)
  }

  /** Lets one worker, the one that has served longest, do what is done once an hour. */
  maintain(): void {
    const [eldest] = this.#serving()
    if (eldest !== undefined) void this.#lines.get(eldest)?.ask('maintain', null, ANSWER_LIMIT_MS)
  }

  async #askMetrics(worker: Worker): Promise<void> {
    const metrics = await this.#lines.get(worker)?.ask('metrics', null, ANSWER_LIMIT_MS)
    // One that has parted meanwhile is counted among the ended.
    if (metrics !== undefined && this.#lines.has(worker)) this.#metrics.remember(worker.id, metrics)
  }
}
