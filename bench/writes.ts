import { join } from 'node:path'
import { recordAudit } from '../packages/server/src/audit/audit.ts'
import { type AuthorizedContext, authorized } from '../packages/server/src/authority/authorized.ts'
import { readAccount } from '../packages/server/src/authority/read-credential.ts'
import type { TokenActor } from '../packages/server/src/core/actor.ts'
import { newId } from '../packages/server/src/core/ids.ts'
import { loadRoleCatalogue } from '../packages/server/src/roles/role-catalogue.ts'
import type { Behind } from '../packages/server/src/storage/authority.ts'
import type { Database } from '../packages/server/src/storage/database.ts'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { startPostgres } from '../packages/server/test/support/postgres-server.ts'
import { makeDatabase, ONE_ROLE } from './database.ts'
import { type Row, ratios } from './statistics.ts'

const ROUNDS = 15
const WRITES = 300

/** What the check at commit costs a write: the same transactions with and without an authority behind them, in turns. */
export async function measureWrites(folder: string): Promise<Row[]> {
  const rows = await measureOn('SQLite', `sqlite:${join(folder, 'writes.db')}`, folder)
  const server = await startPostgres()
  try {
    await server.createDatabase('writes')
    return [...rows, ...(await measureOn('PostgreSQL', `${server.url}/writes`, folder))]
  } finally {
    await server.stop()
  }
}

async function measureOn(engine: string, url: string, folder: string): Promise<Row[]> {
  const { tokens } = await makeDatabase(folder, url, { one: { ...ONE_ROLE, tokens: 1 } })
  if (tokens['one'] === undefined) throw new Error('There is no token.')
  const database = openDatabase(url)
  const context = await contextOf(database)
  const elsewhere = { ...context, isOver: () => true }
  const took = { none: [] as number[], current: [] as number[], moved: [] as number[] }
  const turns: readonly (readonly [keyof typeof took, Behind])[] = [
    ['none', 'maintenance'],
    ['current', context],
    ['moved', elsewhere],
  ]
  for (let round = 0; round <= ROUNDS; round++) {
    // Each goes first as often as the others.
    const shifted = [...turns.slice(round % 3), ...turns.slice(0, round % 3)]
    for (const [name, behind] of shifted) {
      const ms = await timeOfWrites(database, context, behind)
      if (round > 0) took[name].push(ms)
    }
  }
  await database.close()
  return [
    {
      what: `${engine}: write checked at commit / unchecked`,
      value: ratios(took.current, took.none),
      bound: { atMost: 1.03 },
    },
    { what: `${engine}: … and read anew / unchecked`, value: ratios(took.moved, took.none) },
  ]
}

async function timeOfWrites(database: Database, context: AuthorizedContext, behind: Behind): Promise<number> {
  const began = performance.now()
  for (let count = 0; count < WRITES; count++) {
    await database.write(behind, async (trx) => {
      const id = newId()
      await trx
        .insertInto('account_group')
        .values({ id, name: id, name_key: id, description: '', created_at: context.now })
        .execute()
      await recordAudit(trx, context, { action: 'group.created', target: { type: 'group', id } })
    })
  }
  return performance.now() - began
}

/** Of a token that is there, let in at the epoch that the clock shows. */
async function contextOf(database: Database): Promise<AuthorizedContext> {
  const catalogue = loadRoleCatalogue()
  const token = await database.read.selectFrom('token').select(['id', 'account_id']).executeTakeFirstOrThrow()
  const { epoch } = await database.read.selectFrom('authz_clock').select('epoch').executeTakeFirstOrThrow()
  const account = await readAccount(database.read, catalogue, token.account_id)
  if (account === undefined) throw new Error('The token has no account.')
  const actor: TokenActor = {
    kind: 'pat',
    account,
    roles: account.roles,
    permissions: account.permissions,
    tokenId: token.id,
    parentId: null,
    isNarrowed: false,
    epoch,
    validUntil: null,
  }
  const caller = { actor, address: '127.0.0.1', client: undefined, requestId: 'bench', now: Date.now() }
  return authorized(caller, { catalogue, clock: Date.now, refuse: ({ kind }) => new Error(kind) })
}
