import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { type CallRecorder, type Calls, machineNow } from './history.ts'

/** Secrets by token id. */
export type Tokens = Map<string, string>

type Result = Pick<Calls, 'outcome' | 'reason'>

/** Several at a time, and a breath after each round: the machine is shared by everybody who takes part. */
const LANES = 4
const PAUSE_MS = 2

/** Calls with one token after the other, round and round, until stopped. */
export function callSteadily(tokens: Tokens, recorder: CallRecorder, call: (secret: string) => Promise<Result>) {
  let isStopped = false
  const lane = async () => {
    while (!isStopped) {
      for (const [id, secret] of [...tokens]) {
        if (isStopped || !tokens.has(id)) continue
        const start = machineNow()
        const result = await call(secret)
        recorder.note(id, result, start, machineNow())
      }
      await (tokens.size === 0 ? delay(PAUSE_MS) : Promise.all([turn(), delay(PAUSE_MS)]))
    }
  }
  const lanes = Promise.all(Array.from({ length: LANES }, lane))
  return {
    async stop(): Promise<void> {
      isStopped = true
      await lanes
    },
  }
}
