import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from '../packages/server/src/app.ts'
import { readConfig } from '../packages/server/src/config.ts'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'

/** Writes `docs/openapi.json`, from which the types of `@ramp/client` are generated: `npm run generate`. */
const folder = mkdtempSync(join(tmpdir(), 'ramp-openapi-'))
const database = openDatabase(`sqlite:${join(folder, 'ramp.db')}`)
await database.migrate()
const app = await buildApp({ config: readConfig({ RAMP_LOG_LEVEL: 'silent' }), database })
await app.ready()
writeFileSync(new URL('../docs/openapi.json', import.meta.url), `${JSON.stringify(app.swagger(), null, 2)}\n`)
await app.close()
await database.close()
rmSync(folder, { recursive: true })
