import { setImmediate as turn } from 'node:timers/promises'
import type { Renewal } from '@ramp/verifier/coherence'
import { expect, test } from 'vitest'
import { readTogether } from '../../src/storage/read-together.ts'

function readings() {
  const begun: number[] = []
  const read = readTogether(async (epoch): Promise<Renewal> => {
    begun.push(epoch)
    if (epoch < 0) throw new Error('not there')
    return { epoch: epoch + 1, run: 'run', changes: [`reading ${begun.length}`] }
  })
  return { begun, read }
}

test('Those who ask for the same changes in one turn share a reading, which begins when all have asked', async () => {
  const { begun, read } = readings()
  const asked = [read(1), read(1), read(2)]
  expect(begun).toEqual([])
  const [one, another, third] = await Promise.all(asked)
  expect(begun).toEqual([1, 2])
  expect([one?.changes, another?.changes, third?.changes]).toEqual([['reading 1'], ['reading 1'], ['reading 2']])
})

test('Who asks later gets a reading that begins later', async () => {
  const { begun, read } = readings()
  const first = read(1)
  await turn()
  const second = read(1)
  expect([(await first).changes, (await second).changes]).toEqual([['reading 1'], ['reading 2']])
  expect(begun).toEqual([1, 1])
})

test('A reading that fails fails for all who share it, and for nobody after them', async () => {
  const { read } = readings()
  await Promise.all([expect(read(-1)).rejects.toThrow('not there'), expect(read(-1)).rejects.toThrow('not there')])
  expect((await read(3)).epoch).toBe(4)
})
