import { once } from 'node:events'
import { parentPort, Worker } from 'node:worker_threads'
import { addNiceness } from './thread-priority.ts'

/** Whoever had work for a thread has more of it soon: what it takes to start one, it has then taken. */
const KEPT_MS = 60_000

/**
 * Beside a thread that wants all of a core it gets a quarter of it: verification keeps the rest, and work that holds
 * a lock meanwhile still comes to its end on a machine that is never idle.
 */
const NICENESS = 5

/**
 * A thread of its own for what would hold up the event loop. It is started by the first task, kept for a minute after each, and keeps
 * no process up while it is idle. A task that comes while it works gets another one.
 */
export class KeptThread<Task, Result> {
  readonly #program: URL
  /** One that is idle, with the timer that ends it. */
  #kept: { readonly thread: Worker; readonly end: NodeJS.Timeout } | undefined

  /** `program` calls {@link workOff}. */
  constructor(program: URL) {
    this.#program = program
  }

  /** Rejects with what the task threw, or if the thread ended early. */
  async run(task: Task): Promise<Result> {
    const thread = this.#takeKept() ?? this.#start()
    const answered = new AbortController()
    const { signal } = answered
    try {
      thread.postMessage(task)
      const exit = once(thread, 'exit', { signal }).then(([code]) => {
        throw new Error(`the thread ended early, with ${code}`)
      })
      // What is thrown in it comes as its error, and rejects here.
      const [result] = (await Promise.race([once(thread, 'message', { signal }), exit])) as [Result]
      this.#keep(thread)
      return result
    } catch (error) {
      void thread.terminate()
      throw error
    } finally {
      answered.abort()
    }
  }

  #start(): Worker {
    const thread = new Worker(this.#program)
    // Whoever waits for it hears of both. What fails while nobody does is forgotten, and so is the thread.
    thread.on('error', () => {})
    thread.once('exit', () => {
      if (this.#kept?.thread === thread) this.#takeKept()
    })
    return thread
  }

  #takeKept(): Worker | undefined {
    const thread = this.#kept?.thread
    clearTimeout(this.#kept?.end)
    this.#kept = undefined
    thread?.ref()
    return thread
  }

  #keep(thread: Worker): void {
    thread.unref()
    if (this.#kept !== undefined) void thread.terminate()
    else this.#kept = { thread, end: setTimeout(() => void this.#takeKept()?.terminate(), KEPT_MS).unref() }
  }
}

/**
 * What the program of such a thread does: works off what it is sent, one after the other. What it works with is loaded only now that
 * it gives way to others: that takes as long as 5,000 revocations. What is thrown ends the thread, and reaches whoever sent the task.
 */
export async function workOff<Task, Result>(load: () => Promise<(task: Task) => Promise<Result>>): Promise<void> {
  addNiceness(NICENESS)
  const work = await load()
  parentPort?.on('message', async (task: Task) => parentPort?.postMessage(await work(task)))
}
