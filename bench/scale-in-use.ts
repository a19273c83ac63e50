import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SERVER_FLAGS } from './processes.ts'
import { type Database, onEach } from './scale-databases.ts'
import { seed } from './seed.ts'
import { type Row, ratios } from './statistics.ts'

const isQuick = process.env['RAMP_BENCH_QUICK'] !== undefined
const ROUNDS = isQuick ? 3 : 9
const ROUND_MS = isQuick ? 500 : 1000
const FEW = isQuick ? 900 : 9000
const MANY = isQuick ? 4000 : 100_000
const TOKENS_OF_EACH = 2
const GROUPS = 300
const ROLES = ['GlobalTemplateViewer']

/** Ten changes a second of the roles and nestings of groups with 30 people each, against none. */
export const measureGroupChanges = (folder: string): Promise<Row[]> =>
  onEach(folder, async (database, url, engine) => {
    const tokens = await seedFile(database, folder, FEW, 1)
    const groups = await insertGroups(database)
    const node = await startChild('scale-node.ts', url, tokens)
    const changer = await startChild('scale-changer.ts', url, ...groups)
    const rates = { undisturbed: [] as number[], disturbed: [] as number[] }
    for (let round = 0; round < ROUNDS; round++) {
      changer.send('rest')
      rates.undisturbed.push(await rateOf(node))
      changer.send('go')
      rates.disturbed.push(await rateOf(node))
    }
    await Promise.all([stop(node), stop(changer)])
    const value = ratios(rates.disturbed, rates.undisturbed)
    return [{ what: `${engine}: ${FEW} accounts, 10 group changes/s / none`, value, bound: { atLeast: 0.9 } }]
  })

/** Many accounts in use against as few as fitted into the caches of old. */
export const measureInUse = (folder: string): Promise<Row[]> =>
  onEach(folder, async (database, url, engine) => {
    const few = await startChild('scale-node.ts', url, await seedFile(database, folder, FEW, TOKENS_OF_EACH))
    const many = await startChild('scale-node.ts', url, await seedFile(database, folder, MANY, TOKENS_OF_EACH))
    const rates = { few: [] as number[], many: [] as number[] }
    for (let round = 0; round < ROUNDS; round++) {
      rates.few.push(await rateOf(few))
      rates.many.push(await rateOf(many))
    }
    await Promise.all([stop(few), stop(many)])
    const value = ratios(rates.many, rates.few)
    return [{ what: `${engine}: ${MANY} accounts in use / ${FEW}`, value, bound: { atLeast: 0.8 } }]
  })

async function seedFile(database: Database, folder: string, accounts: number, tokensPerAccount: number) {
  const file = join(folder, `${crypto.randomUUID()}.txt`)
  writeFileSync(
    file,
    (await seed(database, { tokens: accounts * tokensPerAccount, roles: ROLES, tokensPerAccount })).join('\n'),
  )
  return file
}

/** Everybody is in one of them. */
async function insertGroups(database: Database): Promise<readonly string[]> {
  const ids = Array.from({ length: GROUPS }, () => crypto.randomUUID())
  await database.write('maintenance', async (trx) => {
    const group = (id: string) => ({ id, name: id, name_key: id, description: '', created_at: 1 })
    await trx.insertInto('account_group').values(ids.map(group)).execute()
    const accounts = await trx.selectFrom('account').select('id').execute()
    const member = ({ id }: { id: string }, index: number) => ({
      group_id: ids[index % GROUPS] as string,
      account_id: id,
      added_at: 1,
    })
    const rows = accounts.map(member)
    for (let from = 0; from < rows.length; from += 1000) {
      await trx
        .insertInto('group_member')
        .values(rows.slice(from, from + 1000))
        .execute()
    }
  })
  return ids
}

async function startChild(script: string, ...args: readonly string[]): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, { execArgv: SERVER_FLAGS })
  await once(child, 'message')
  return child
}

async function rateOf(node: ChildProcess): Promise<number> {
  node.send(ROUND_MS)
  const [rate] = await once(node, 'message')
  return rate as number
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  await once(child, 'exit')
}
