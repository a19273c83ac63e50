import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buildApp } from '../../../packages/server/src/app.ts'
import { createAdministrator } from '../../../packages/server/src/commands/first-administrator.ts'
import { readConfig } from '../../../packages/server/src/config.ts'
import { Secret } from '../../../packages/server/src/core/secret.ts'
import { openDatabase } from '../../../packages/server/src/storage/open-database.ts'

export const ADMINISTRATOR = { username: 'admin', password: 'runs the runbooks example' }

/** RAMP on a database in the folder, with one Administrator, in this process. */
export async function startRamp(folder: string, port: number): Promise<{ origin: string; close(): Promise<void> }> {
  const config = readConfig({ RAMP_DATABASE_URL: `sqlite:${join(folder, 'ramp.db')}`, RAMP_LOG_LEVEL: 'error' })
  const database = openDatabase(config.databaseUrl)
  await database.migrate()
  const { username, password } = ADMINISTRATOR
  const administrator = { username, password: new Secret(password), mustChangePassword: false }
  await createAdministrator(database, administrator, Date.now())
  const app = await buildApp({ config, database })
  await app.listen({ host: '127.0.0.1', port })
  return {
    origin: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    async close() {
      app.server.closeAllConnections()
      await app.close()
      await database.close()
    },
  }
}
