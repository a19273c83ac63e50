import { measureGroupChanges, measureInUse } from './scale-in-use.ts'
import { measureMemory } from './scale-memory.ts'
import { simulateRegions } from './scale-regions.ts'
import { measureStored } from './scale-stored.ts'
import { measureManyVerifiers } from './scale-verifiers.ts'
import { quantile, type Row, spread } from './statistics.ts'

/** `npm run bench -- scale`, or one part of it: `scale/memory` and so on. `RAMP_BENCH_QUICK=1` takes small sizes, for direction only. */
export const SCALE_PARTS: Readonly<Record<string, (folder: string) => Promise<Row[]>>> = {
  'scale/changes': measureGroupChanges,
  'scale/in-use': measureInUse,
  'scale/stored': measureStored,
  'scale/verifiers': measureManyVerifiers,
  'scale/memory': measureMemory,
  'scale/regions': measureRegions,
}

const isQuick = process.env['RAMP_BENCH_QUICK'] !== undefined
const REGIONS = isQuick ? { nodes: 9, verifiers: 300, changes: 20 } : { nodes: 100, verifiers: 10_000, changes: 20 }

async function measureRegions(): Promise<Row[]> {
  const result = await simulateRegions({ ...REGIONS, roundTripsMs: [1, 80, 150] })
  const what = `${REGIONS.nodes} nodes, ${REGIONS.verifiers} verifiers, 3 regions`
  const alone = (value: number) => spread([value])
  return [
    { what: `${what}: settlement, ms, median`, value: alone(quantile(result.settlementsMs, 0.5)) },
    { what: '… 99 of 100', value: alone(quantile(result.settlementsMs, 0.99)) },
    { what: '… statements/s at the primary', value: alone(result.statementsPerSecond) },
    { what: '… share of the primary’s cores', value: alone(result.databaseBusy) },
    { what: '… share of the busiest node’s core', value: alone(result.busiestNode) },
  ]
}
