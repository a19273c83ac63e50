import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { Provider } from 'oidc-provider'

/**
 * `oidc-provider` with opaque access tokens of one client: `oidc-provider.ts <sqlite file, or "memory"> <tokens file to write> <count>`.
 * `memory` is the adapter that it comes with. Prints its port.
 */
const [file = '', tokensFile = '', count = ''] = process.argv.slice(2)
const CLIENT = 'resource-server'
const authorization = `Basic ${btoa(`${CLIENT}:${CLIENT}`)}`
// Its notices about development keys: the port must come first on the standard output.
console.info = console.warn = () => {}

const provider = new Provider('http://127.0.0.1', {
  ...(file !== 'memory' && { adapter: sqliteAdapter(new DatabaseSync(file)) }),
  clients: [
    {
      client_id: CLIENT,
      client_secret: CLIENT,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  cookies: { keys: [randomBytes(32).toString('hex')] },
  scopes: ['templates:read'],
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    devInteractions: { enabled: false },
  },
  ttl: { ClientCredentials: 3600 },
})

const server = createServer(provider.callback())
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as { port: number }
  const tokens: string[] = []
  for (let n = 0; n < Number(count); n++) {
    const answer = await fetch(`http://127.0.0.1:${port}/token`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'templates:read' }),
    })
    tokens.push(((await answer.json()) as { access_token: string }).access_token)
  }
  // An adapter that has lost one would be measured at saying no.
  for (const token of tokens) {
    const answer = await fetch(`http://127.0.0.1:${port}/token/introspection`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ token }),
    })
    if (!((await answer.json()) as { active: boolean }).active) throw new Error('not active')
  }
  writeFileSync(tokensFile, tokens.join('\n'))
  process.stdout.write(`${JSON.stringify({ port })}\n`)
})

/** The simplest that keeps tokens: a row each, found by its key. Only what client_credentials and introspection call. */
function sqliteAdapter(database: DatabaseSync) {
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE stored (key TEXT PRIMARY KEY, payload TEXT NOT NULL) STRICT')
  const find = database.prepare('SELECT payload FROM stored WHERE key = ?')
  const put = database.prepare('INSERT OR REPLACE INTO stored VALUES (?, ?)')
  const drop = database.prepare('DELETE FROM stored WHERE key = ?')
  const unused = async () => {
    throw new Error('not part of this benchmark')
  }
  return (model: string) => ({
    async find(id: string) {
      const row = find.get(`${model}:${id}`)
      return row && JSON.parse(String(row['payload']))
    },
    upsert: async (id: string, payload: object) => void put.run(`${model}:${id}`, JSON.stringify(payload)),
    destroy: async (id: string) => void drop.run(`${model}:${id}`),
    consume: unused,
    findByUid: unused,
    findByUserCode: unused,
    revokeByGrantId: unused,
  })
}
