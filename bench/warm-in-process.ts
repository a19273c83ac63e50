import { readFileSync } from 'node:fs'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { verifiersOver, warmRound } from './verifying.ts'

/**
 * Warm verification on two databases in turn: `warm-in-process.ts <url> <tokens file> <url> <tokens file> <rounds>`. Prints
 * operations a second of each.
 */
const [oneUrl = '', oneFile = '', otherUrl = '', otherFile = '', rounds = '7'] = process.argv.slice(2)
const sides = [
  [oneUrl, oneFile],
  [otherUrl, otherFile],
].map(([url = '', file = '']) => {
  const database = openDatabase(url)
  const verifiers = verifiersOver(database)
  return {
    database,
    verifiers,
    verifier: verifiers.create(),
    texts: readFileSync(file, 'utf8').trim().split('\n'),
    perSecond: [] as number[],
  }
})
for (const { verifier, texts } of sides) await warmRound(verifier, texts)
for (let round = 0; round < Number(rounds); round++) {
  for (const { verifier, texts, perSecond } of sides) perSecond.push(await warmRound(verifier, texts))
}
process.stdout.write(`${JSON.stringify(sides.map(({ perSecond }) => perSecond))}\n`)
for (const { verifier, verifiers, database } of sides) {
  await verifier.close()
  await verifiers.close()
  await database.close()
}
