import { workOff } from '../core/kept-thread.ts'

/** The thread that `password-strength.ts` starts. */
await workOff(async () => (await import('./score-password.ts')).weaknessOf)
