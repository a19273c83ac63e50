import { getPriority, setPriority } from 'node:os'

/** Whether this process may make itself less nice by so many steps: root may, where CAP_SYS_NICE is left to it (Linux). */
export function mayGoFirst(steps: number): boolean {
  if (process.platform !== 'linux') return false
  const before = getPriority()
  try {
    setPriority(before - steps)
    setPriority(before)
    return true
  } catch {
    return false
  }
}
