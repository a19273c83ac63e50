import { readFileSync } from 'node:fs'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { verifications, verifiersOver } from './verifying.ts'

/** A node that verifies at full speed until it is told to stop: `coherence-node.ts <database url> <tokens file>`. */
const [databaseUrl = '', tokensFile = ''] = process.argv.slice(2)
const texts = readFileSync(tokensFile, 'utf8').trim().split('\n')
const database = openDatabase(databaseUrl)
// One of them is stopped until its lease is over, and goes on.
const verifiers = verifiersOver(database, { onDoubt: () => {} })
const verifier = verifiers.create()
let isStopped = false
let done = 0
process.on('message', (message) => {
  if (message === 'count') process.send?.(done)
  else isStopped = true
})
await verifications(verifier, texts)
process.send?.('warm')
while (!isStopped) done += await verifications(verifier, texts)
await verifier.close()
await verifiers.close()
await database.close()
process.disconnect()
