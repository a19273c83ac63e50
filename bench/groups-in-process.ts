import { readFileSync } from 'node:fs'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { coldRound, verifications, verifiersOver, warmRound } from './verifying.ts'

/**
 * What groups cost verification: `groups-in-process.ts <database url> <tokens with a direct role> <tokens with groups>
 * <tokens of others> <rounds>`. Prints, by round, verifications a second of both kinds, warm and cold, and how many milliseconds
 * longer it takes to verify all tokens once after a group was changed than before.
 */
const [databaseUrl = '', directFile = '', groupsFile = '', othersFile = '', rounds = '7'] = process.argv.slice(2)
const read = (file: string) => readFileSync(file, 'utf8').trim().split('\n')
const [direct, inGroups] = [read(directFile), read(groupsFile)]
const everybody = [...direct, ...inGroups, ...read(othersFile)]
const TURNS = 20
const TURN_MS = 50
const database = openDatabase(databaseUrl)
const verifiers = verifiersOver(database)
const verifier = verifiers.create()

async function takes(): Promise<number> {
  const start = performance.now()
  await verifications(verifier, everybody)
  return performance.now() - start
}

async function costOfGroupChange(): Promise<number> {
  await takes()
  const before = await takes()
  await database.write('maintenance', (trx) =>
    trx.updateTable('group_role').set({ granted_at: Date.now() }).where('role', '=', 'GlobalTemplateViewer').execute(),
  )
  return (await takes()) - before
}

/** Many short turns, since a shared machine's speed moves within a second: verifications a second of both kinds. */
async function warmTurns(): Promise<{ direct: number; deep: number }> {
  const sums = { direct: 0, deep: 0 }
  for (let turn = 0; turn < TURNS; turn++) {
    const order = [['direct', direct] as const, ['deep', inGroups] as const]
    for (const [name, texts] of turn % 2 === 0 ? order : order.toReversed()) {
      sums[name] += await warmRound(verifier, texts, TURN_MS)
    }
  }
  return { direct: sums.direct / TURNS, deep: sums.deep / TURNS }
}

const result: Record<'direct' | 'deep' | 'coldDirect' | 'coldDeep' | 'groupChangeMs', number[]> = {
  direct: [],
  deep: [],
  coldDirect: [],
  coldDeep: [],
  groupChangeMs: [],
}
for (let round = -1; round < Number(rounds); round++) {
  const measured = {
    ...(await warmTurns()),
    coldDirect: await coldRound(verifiers.create, direct),
    coldDeep: await coldRound(verifiers.create, inGroups),
    groupChangeMs: await costOfGroupChange(),
  }
  // The first round warms up: caches, and the compiler.
  if (round < 0) continue
  for (const [name, value] of Object.entries(measured)) result[name as keyof typeof result].push(value)
}
process.stdout.write(`${JSON.stringify(result)}\n`)
verifier.close()
await verifiers.close()
await database.close()
