import { createVerifier } from '@ramp/verifier'
import { callSteadily, type Tokens } from './call-steadily.ts'
import { CallRecorder, type Calls } from './history.ts'

/** A service with a verifier inside: verifies what it is told of, and hands out what it sees as it goes. */
interface Start {
  readonly url: string
  readonly token: string
  readonly name: string
}

/** What it says by itself, again and again. */
export interface Seen {
  readonly calls: readonly Calls[]
}

/** What was answered longer ago than this is known to whoever judges it, even if this process is killed. */
const HAND_OUT_MS = 10

const { url, token, name } = JSON.parse(process.argv[2] ?? '') as Start
const verifier = createVerifier({ url, token, name })
const recorder = new CallRecorder(name)
const tokens: Tokens = new Map()

const loop = callSteadily(tokens, recorder, async (secret) => {
  const { outcome } = await verifier.verify(`Bearer ${secret}`, { permission: 'templates:read', address: '127.0.0.1' })
  if (outcome === 'active') return { outcome: 'accepted', reason: '' }
  return { outcome: outcome === 'unavailable' ? 'unavailable' : 'refused', reason: outcome }
})

const handOut = (onSent = () => {}) => process.send?.({ calls: recorder.take() } satisfies Seen, onSent)
setInterval(handOut, HAND_OUT_MS)

process.on('message', async (message: { add?: [string, string]; drop?: string; finish?: true }) => {
  if (message.add) tokens.set(...message.add)
  if (message.drop) tokens.delete(message.drop)
  if (!message.finish) return
  await loop.stop()
  handOut(() => process.exit(0))
})
