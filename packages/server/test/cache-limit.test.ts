import { expect, test } from 'vitest'
import { fittingCacheMiB } from '../src/verification/cache-limit.ts'

const GIB = 2 ** 30

test.each([
  ['a small container, whatever the heap may take', 0.5, 4, 32],
  ['a large machine: the heap of Node is what bounds it', 64, 4, 1024],
  ['a machine of 4 GiB', 4, 2, 256],
  ['a container that is too small for its share', 0.1, 4, 16],
])('The memory for the cache fits %s', (_what, memoryGiB, heapGiB, mib) => {
  expect(fittingCacheMiB(memoryGiB * GIB, heapGiB * GIB)).toBe(mib)
})
