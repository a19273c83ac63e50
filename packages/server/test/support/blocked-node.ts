import { readSync } from 'node:fs'
import { Secret } from '../../src/core/secret.ts'
import { loadRoleCatalogue } from '../../src/roles/role-catalogue.ts'
import { openDatabase } from '../../src/storage/open-database.ts'
import { createVerifier } from '../../src/verification/create-verifier.ts'
import { UsageRecorder } from '../../src/verification/last-used.ts'

/**
 * A node whose event loop stands still: `blocked-node.ts <database url>`, with `<token>\n` on standard input. It verifies the token until
 * it has it in memory, prints `blocked` and does nothing but wait for a further byte; then it verifies at once, prints the outcome, and ends.
 */
const database = openDatabase(process.argv[2] as string)
const usage = new UsageRecorder(database, () => {})
const verifier = createVerifier(database, {
  tokenPrefix: 'ramp',
  catalogue: loadRoleCatalogue(),
  clock: Date.now,
  usage,
  onFailure() {},
  onDoubt() {},
})

function read(): string {
  const bytes = Buffer.alloc(200)
  return bytes.toString('utf8', 0, readSync(0, bytes))
}

const secret = new Secret(read().trim())
const outcome = () =>
  new Promise<string>((resolve) =>
    verifier.verify(secret, { address: '127.0.0.1', client: 'test' }, (verdict) => resolve(verdict.outcome)),
  )
while (verifier.statistics.cacheHits === 0) await outcome()
process.stdout.write('blocked\n')
read()
process.stdout.write(`${await outcome()}\n`)
await verifier.close()
await usage.close()
await database.close()
