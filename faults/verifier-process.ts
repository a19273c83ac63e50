import { createVerifier } from '@ramp/verifier'
import type { Tokens } from './call-steadily.ts'
import { callSteadily } from './call-steadily.ts'
import { CallRecorder } from './history.ts'

/** A service with a verifier inside: verifies what it is told of until it is asked for its history. */
interface Start {
  readonly url: string
  readonly token: string
  readonly name: string
}

const { url, token, name } = JSON.parse(process.argv[2] ?? '') as Start
const verifier = createVerifier({ url, token, name })
const recorder = new CallRecorder(name)
const tokens: Tokens = new Map()

const loop = callSteadily(tokens, recorder, async (secret) => {
  const { outcome } = await verifier.verify(`Bearer ${secret}`, { permission: 'templates:read', address: '127.0.0.1' })
  if (outcome === 'active') return { outcome: 'accepted', reason: '' }
  return { outcome: outcome === 'unavailable' ? 'unavailable' : 'refused', reason: outcome }
})

process.on('message', async (message: { add?: [string, string]; drop?: string; finish?: true }) => {
  if (message.add) tokens.set(...message.add)
  if (message.drop) tokens.delete(message.drop)
  if (!message.finish) return
  await loop.stop()
  process.send?.({ calls: recorder.all(), total: loop.total() }, () => process.exit(0))
})
