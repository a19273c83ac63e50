import { writeFileSync } from 'node:fs'
import Fastify from 'fastify'
import { openBetterAuth, type Setting } from './better-auth.ts'

/**
 * better-auth behind Fastify, which RAMP's server has too: `server.ts <sqlite file> <setting> <keys file to write> <count>`. An open
 * and a guarded route with the payload of `../server.ts`. Prints its port.
 */
const [file = '', setting = '', keysFile = '', count = ''] = process.argv.slice(2)
const PAYLOAD = { templates: Array.from({ length: 5 }, (_, id) => ({ id, name: `Template ${id}`, published: true })) }

const { verify, keys } = await openBetterAuth(file, setting as Setting, Number(count))
writeFileSync(keysFile, keys.join('\n'))
const app = Fastify()
app.get('/bench/open', () => PAYLOAD)
app.get('/bench/guarded', { preHandler: ({ headers }) => verify(headers.authorization?.slice(7) ?? '') }, () => PAYLOAD)
const address = await app.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`${JSON.stringify({ port: Number(new URL(address).port) })}\n`)
