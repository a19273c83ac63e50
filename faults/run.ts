import { parseArgs } from 'node:util'
import { runFaults } from './fault-run.ts'

/** `npm run faults -- --minutes 10 --nodes 4 --verifiers 4 --seed 1`: exit code 1 if anything was seen that must not be. */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    nodes: { type: 'string', default: '4' },
    verifiers: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
  },
})
const { violations, faults, ...counts } = await runFaults({
  seconds: 60 * Number(values.minutes),
  nodes: Number(values.nodes),
  verifiers: Number(values.verifiers),
  seed: Number(values.seed),
})
console.log(counts)
console.table(faults)
for (const { rule, detail } of violations.slice(0, 50)) console.log(`VIOLATION, ${rule}: ${detail}`)
console.log(violations.length === 0 ? 'Nothing was seen that must not be.' : `${violations.length} violations.`)
process.exit(violations.length === 0 ? 0 : 1)
