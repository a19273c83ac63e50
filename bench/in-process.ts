import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { coldRound, perSecond, verifiersOver, warmRound } from './verifying.ts'

/**
 * Verification without HTTP: `in-process.ts <database url> <tokens file> <rounds>`. Rounds of each kind take turns.
 * Prints operations a second: `warm` (all in memory), `cold` (none, each read from the database), `bare` (only SHA-256
 * of the same texts). */
const [databaseUrl = '', tokensFile = '', rounds = '7'] = process.argv.slice(2)
const texts = readFileSync(tokensFile, 'utf8').trim().split('\n')
const database = openDatabase(databaseUrl)
const verifiers = verifiersOver(database)
const ROUND_MS = 1000

function bareRound(): number {
  const start = performance.now()
  let done = 0
  let consumed = 0
  while (performance.now() - start < ROUND_MS) {
    for (const text of texts) consumed += hash('sha256', text, 'buffer')[0] as number
    done += texts.length
  }
  if (consumed === 0) throw new Error('nothing was hashed')
  return perSecond(done, start)
}

const verifier = verifiers.create()
const result = { warm: [] as number[], cold: [] as number[], bare: [] as number[] }
await warmRound(verifier, texts)
await coldRound(verifiers.create, texts)
for (let round = 0; round < Number(rounds); round++) {
  result.warm.push(await warmRound(verifier, texts))
  result.cold.push(await coldRound(verifiers.create, texts))
  result.bare.push(bareRound())
}
process.stdout.write(`${JSON.stringify(result)}\n`)
verifier.close()
await verifiers.close()
await database.close()
