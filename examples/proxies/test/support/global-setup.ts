import { provideProxies } from './proxy-programs.ts'

/** Once a run. If a proxy cannot be had, the run fails: none is skipped. */
export default function setup(): void {
  provideProxies()
}
