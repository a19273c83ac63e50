import { workOff } from '../core/kept-thread.ts'

/** The thread that `reference-pages.ts` starts. */
await workOff(async () => (await import('./make-pages.ts')).makePages)
