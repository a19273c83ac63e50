import { useInterval } from '@mantine/hooks'
import { useState } from 'react'

/** Often enough for "3 minutes ago". */
const TICK_MS = 15_000

/** The time, kept current while the page is open. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useInterval(() => setNow(Date.now()), TICK_MS, { autoInvoke: true })
  return now
}
