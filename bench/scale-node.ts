import { readFileSync } from 'node:fs'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { verifications, verifiersOver, warmRound } from './verifying.ts'

/**
 * A node that verifies for a while when it is told to: `scale-node.ts <database url> <tokens file>`. Each message is a number of
 * milliseconds; the answer is the verifications a second.
 */
const [databaseUrl = '', tokensFile = ''] = process.argv.slice(2)
const texts = readFileSync(tokensFile, 'utf8').trim().split('\n')
const database = openDatabase(databaseUrl)
const verifiers = verifiersOver(database, { onDoubt: () => {} })
const verifier = verifiers.create()
// Twice: the second time everything is in memory, unless it does not fit.
await verifications(verifier, texts)
await verifications(verifier, texts)
process.on('message', async (ms: number) => {
  process.send?.(await warmRound(verifier, texts, ms))
})
process.send?.('warm')
