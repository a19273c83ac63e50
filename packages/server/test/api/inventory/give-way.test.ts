import { getPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'

const THREAD = `
  import { readlinkSync } from 'node:fs'
  import { getPriority } from 'node:os'
  import { parentPort } from 'node:worker_threads'
  import { giveWay } from '${new URL('../../../src/inventory/give-way.ts', import.meta.url).href}'
  giveWay()
  parentPort.postMessage(getPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1))))
`

test.runIf(process.platform === 'linux')(
  'a thread that gives way has less than the thread that verifies, and takes nothing from it',
  async () => {
    const before = getPriority(process.pid)
    const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(THREAD)}`))
    const priority = await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject))
    await thread.terminate()
    expect(priority).toBe(Math.min(before + 5, 19))
    expect(getPriority(process.pid)).toBe(before)
  },
)
