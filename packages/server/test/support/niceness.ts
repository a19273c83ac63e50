import { getPriority, setPriority } from 'node:os'

/** Whether this process may make itself less nice: root may, where CAP_SYS_NICE is left to it (Linux). */
export function mayGoFirst(): boolean {
  if (process.platform !== 'linux') return false
  const before = getPriority()
  try {
    setPriority(before - 1)
    setPriority(before)
    return true
  } catch {
    return false
  }
}
