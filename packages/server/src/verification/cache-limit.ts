import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'

const MIB = 2 ** 20

/** What the process needs besides, and what the garbage collector leaves lying, is several times as much. */
const SHARE_OF_MEMORY = 1 / 16
const SHARE_OF_HEAP = 1 / 4

const LEAST_MIB = 16

/** How much memory the cache may take where nothing else is said: what fits this machine, its container and Node's heap. */
export function fittingCacheMiB(
  memoryBytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
  heapBytes = getHeapStatistics().heap_size_limit,
): number {
  const fitting = Math.min(memoryBytes * SHARE_OF_MEMORY, heapBytes * SHARE_OF_HEAP)
  return Math.max(LEAST_MIB, Math.floor(fitting / MIB))
}

/** What is noted of a token's use takes some 250 bytes: together about a sixteenth of what the cache takes. */
const NOTED_TOKENS_PER_MIB = 256
const LEAST_NOTED_TOKENS = 10_000

/** Of how many tokens the use may be noted and not written yet. */
export function mostNotedTokens(cacheMiB: number): number {
  return Math.max(LEAST_NOTED_TOKENS, cacheMiB * NOTED_TOKENS_PER_MIB)
}
