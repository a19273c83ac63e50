import type { Renewal } from '@ramp/verifier/coherence'

/**
 * Reads once for all who ask for the changes since one epoch within a turn of the event loop: a change wakes the long polls of
 * hundreds of verifiers at the same moment. The reading begins after all of them have asked.
 */
export function readTogether(changesSince: (epoch: number) => Promise<Renewal>): (epoch: number) => Promise<Renewal> {
  const asked = new Map<number, Promise<Renewal>>()
  return (epoch) => {
    const known = asked.get(epoch)
    if (known !== undefined) return known
    const read = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      asked.delete(epoch)
      return changesSince(epoch)
    })
    asked.set(epoch, read)
    return read
  }
}
