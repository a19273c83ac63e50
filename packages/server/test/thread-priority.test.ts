import { execFileSync } from 'node:child_process'
import { constants, getPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { mayGoFirst } from './support/niceness.ts'

const module = new URL('../src/core/thread-priority.ts', import.meta.url).href

/** The niceness of a thread of this process that has added so much. */
async function ofThreadThatAdded(steps: number): Promise<unknown> {
  const program = `
    import { readlinkSync } from 'node:fs'
    import { getPriority } from 'node:os'
    import { parentPort } from 'node:worker_threads'
    import { addNiceness } from '${module}'
    addNiceness(${steps})
    parentPort.postMessage(getPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1))))
  `
  const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`))
  const niceness = await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject))
  await thread.terminate()
  return niceness
}

describe.runIf(process.platform === 'linux')('The priority of a thread', () => {
  const before = getPriority()

  test('one that gives way has less than the others, and takes nothing from them', async () => {
    expect(await ofThreadThatAdded(5)).toBe(Math.min(before + 5, constants.priority.PRIORITY_LOW))
    expect(getPriority()).toBe(before)
  })

  test.runIf(mayGoFirst(10))('one that goes first has more than the others, and gives them nothing', async () => {
    expect(await ofThreadThatAdded(-10)).toBe(Math.max(before - 10, constants.priority.PRIORITY_HIGHEST))
    expect(getPriority()).toBe(before)
  })

  test('one that may not go first works on as one of many', () => {
    const nobody = 65534
    const program = `
      import { getPriority } from 'node:os'
      import { addNiceness } from '${module}'
      if (process.getuid() === 0) process.setuid(${nobody})
      addNiceness(-10)
      console.log(getPriority())
    `
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
    expect(Number(printed)).toBe(before)
  })
})
