import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { startPostgres } from '../packages/server/test/support/postgres-server.ts'
import { type BenchServer, startLoad, startServer } from './processes.ts'
import { seed } from './seed.ts'
import { type Row, spread } from './statistics.ts'

const ROUNDS = 7
const TO_REVOKE = 100_000
const SLICE_SECONDS = 0.1
const UNDISTURBED_SLICES = 15

/** 100,000 tokens revoked by a filter over the API, while other tokens are verified as fast as it goes. */
export async function measureBulkRevocation(folder: string): Promise<Row[]> {
  const original = join(folder, 'revoke.db')
  const prepared = await prepare(`sqlite:${original}`, folder)
  const perSecond: number[] = []
  const slowest: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const copy = join(folder, `revoke-${round}.db`)
    copyFileSync(original, copy)
    const measured = await revokeUnderLoad(`sqlite:${copy}`, prepared)
    perSecond.push(measured.perSecond)
    slowest.push(measured.slowest)
  }
  return [
    { what: 'bulk revocation, tokens/s', value: spread(perSecond), bound: { atLeast: 20_000 } },
    { what: 'slowest 100 ms meanwhile / undisturbed', value: spread(slowest), bound: { atLeast: 0.5 } },
    ...(await onPostgres(folder)),
  ]
}

/** Stated, without a bound: one round. */
async function onPostgres(folder: string): Promise<Row[]> {
  const server = await startPostgres()
  try {
    await server.createDatabase('revoke')
    const url = `${server.url}/revoke`
    const { perSecond, slowest } = await revokeUnderLoad(url, await prepare(url, folder))
    return [
      { what: 'bulk revocation, PostgreSQL, tokens/s', value: spread([perSecond]) },
      { what: 'slowest 100 ms meanwhile, PostgreSQL', value: spread([slowest]) },
    ]
  } finally {
    await server.stop()
  }
}

interface Prepared {
  /** Those in use meanwhile, one a line. */
  readonly tokensFile: string
  readonly administrator: string
  /** All that are to be revoked were made before it, the others after. */
  readonly createdBefore: string
}

async function prepare(url: string, folder: string): Promise<Prepared> {
  const database = openDatabase(url)
  await database.migrate()
  await seed(database, { tokens: TO_REVOKE, roles: ['GlobalTemplateViewer'] })
  const createdBefore = new Date(Date.now() + 1)
  while (Date.now() <= createdBefore.getTime());
  const tokensFile = join(folder, 'revoke-others.txt')
  writeFileSync(tokensFile, (await seed(database, { tokens: 1000, roles: ['GlobalTemplateViewer'] })).join('\n'))
  const [administrator = ''] = await seed(database, { tokens: 1, roles: ['Administrator'] })
  await database.close()
  return { tokensFile, administrator, createdBefore: createdBefore.toISOString() }
}

async function revokeUnderLoad(url: string, prepared: Prepared): Promise<{ perSecond: number; slowest: number }> {
  // Not pinned to a core: what revokes is a thread, or a process, beside the one that verifies.
  const server = await startServer(url, 'ramp', { isPinned: false })
  const load = startLoad()
  const slice = async () => {
    const scenario = { url: `${server.origin}/bench/guarded`, tokensFile: prepared.tokensFile }
    const { others } = await load.run({ scenarios: { others: scenario }, turns: 1, until: { seconds: SLICE_SECONDS } })
    return others as number
  }
  for (let warmUp = 0; warmUp < UNDISTURBED_SLICES; warmUp++) await slice()
  const undisturbed: number[] = []
  while (undisturbed.length < UNDISTURBED_SLICES) undisturbed.push(await slice())

  let perSecond: number | undefined
  const revocation = revoke(server, prepared).then((measured) => {
    perSecond = measured
  })
  const meanwhile: number[] = []
  while (perSecond === undefined) meanwhile.push(await slice())
  await revocation
  await Promise.all([server.stop(), load.stop()])
  return { perSecond, slowest: Math.min(...meanwhile) / spread(undisturbed).median }
}

async function revoke({ origin }: BenchServer, { administrator, createdBefore }: Prepared): Promise<number> {
  const started = performance.now()
  const response = await fetch(`${origin}/api/v1/admin/tokens/revoke`, {
    method: 'POST',
    headers: { authorization: `Bearer ${administrator}`, 'content-type': 'application/json' },
    body: JSON.stringify({ filter: { createdBefore }, expectedCount: TO_REVOKE }),
  })
  const answer = await response.text()
  if (!answer.includes(`"revoked":${TO_REVOKE}`)) throw new Error(`not revoked: ${answer}`)
  return (TO_REVOKE / (performance.now() - started)) * 1000
}
