import { workOff } from '../core/kept-thread.ts'

/** The thread that `in-thread.ts` starts. */
await workOff(async () => (await import('./carry-out.ts')).carryOut)
