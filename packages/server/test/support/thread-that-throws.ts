import { workOff } from '../../src/core/kept-thread.ts'
import { Problem } from '../../src/core/problem.ts'

/** The thread of `kept-thread.test.ts`: throws the problem that it is sent, or an error. */
await workOff(async () => async (task: { readonly code?: 'commit_unconfirmed' | 'settlement_unconfirmed' }) => {
  if (task.code === undefined) throw new Error('a defect')
  throw new Problem(task.code, { detail: 'Said in the thread.' })
})
