import { connect, createServer, type Socket } from 'node:net'

/** `open`; `slow`: everything takes that much longer; `stalled`: nothing passes, and nobody is told; `cut`: reset and refused. */
export type Condition = 'open' | 'stalled' | 'cut' | { readonly slowMs: number }

/** A network between two processes on this machine, whose condition can be set. */
export interface NetworkPath {
  readonly port: number
  set(condition: Condition): void
  close(): Promise<void>
}

export async function networkPath(targetPort: () => number): Promise<NetworkPath> {
  let condition: Condition = 'open'
  const pairs = new Set<{ readonly ends: readonly Socket[]; flush(): void }>()
  const server = createServer((client) => {
    if (condition === 'cut') {
      client.resetAndDestroy()
      return
    }
    const target = connect(targetPort(), '127.0.0.1')
    const ends = [client, target]
    const ways = [oneWay(client, target, () => condition), oneWay(target, client, () => condition)]
    const pair = { ends, flush: () => void ways.map((flush) => flush()) }
    pairs.add(pair)
    for (const end of ends) {
      end.setNoDelay(true)
      end.on('error', () => {})
      end.on('close', () => {
        pairs.delete(pair)
        for (const each of ends) each.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.')
  return {
    port: address.port,
    set(next) {
      condition = next
      if (next === 'cut') for (const { ends } of pairs) for (const end of ends) end.resetAndDestroy()
      if (next !== 'stalled') for (const pair of pairs) pair.flush()
    },
    async close() {
      for (const { ends } of pairs) for (const end of ends) end.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Passes on in order, each piece when it is due. Returns what goes on after a stall. */
function oneWay(from: Socket, to: Socket, condition: () => Condition): () => void {
  const waiting: { readonly chunk: Buffer; readonly dueAt: number }[] = []
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    if (condition() === 'stalled') return
    const now = performance.now()
    while (waiting.length > 0 && (waiting[0]?.dueAt ?? 0) <= now) to.write(waiting.shift()?.chunk as Buffer)
    if (waiting.length > 0) timer = setTimeout(flush, (waiting[0]?.dueAt ?? now) - now + 1)
  }
  from.on('data', (chunk: Buffer) => {
    const now = condition()
    const slowMs = typeof now === 'object' ? now.slowMs : 0
    const last = waiting.at(-1)?.dueAt ?? 0
    waiting.push({ chunk, dueAt: Math.max(last, performance.now() + slowMs) })
    flush()
  })
  return flush
}
