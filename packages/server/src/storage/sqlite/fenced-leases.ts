import type { Leases } from '../lease.ts'
import type { FileFence } from './file-fence.ts'

/** Leases of the file that was opened, and of no other: what was read or written is used only if the fence holds after it. */
export function fencedLeases(leases: Leases, fence: FileFence): Leases {
  async function fenced<Result>(work: () => Promise<Result>): Promise<Result> {
    fence.assertIntact()
    const result = await work()
    fence.assertIntact()
    return result
  }
  return {
    register: (...asked) => fenced(() => leases.register(...asked)),
    renew: (...asked) => fenced(() => leases.renew(...asked)),
    changesSince: (...asked) => fenced(() => leases.changesSince(...asked)),
    release: (...asked) => fenced(() => leases.release(...asked)),
    list: () => fenced(() => leases.list()),
  }
}
