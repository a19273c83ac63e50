/** Preloaded into the processes of a fault run: their wall clock can be set, as a machine's can; the monotonic one cannot. */
const trueNow = Date.now
let offsetMs = 0
Date.now = () => trueNow() + offsetMs
process.on('message', (message: { readonly clockOffsetMs?: number }) => {
  if (message.clockOffsetMs !== undefined) offsetMs = message.clockOffsetMs
})
// Nobody is left behind by a run that ends early.
process.on('disconnect', () => process.exit(1))
process.channel?.unref()
