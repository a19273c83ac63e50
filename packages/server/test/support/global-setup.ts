import type { TestProject } from 'vitest/node'
import { openDatabase } from '../../src/storage/open-database.ts'
import { startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `postgres://…` of the run's server, without a database name. */
    postgresUrl: string
  }
}

/** The database that every test's PostgreSQL database is a copy of: migrated once a run. */
export const TEMPLATE_DATABASE = 'ramp_template'

/** One PostgreSQL server for the whole run. If it cannot start, the run fails: no engine is skipped. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  try {
    await server.createDatabase(TEMPLATE_DATABASE)
    const template = openDatabase(`${server.url}/${TEMPLATE_DATABASE}`)
    await template.migrate()
    await template.close()
  } catch (error) {
    await server.stop()
    throw error
  }
  project.provide('postgresUrl', server.url)
  return () => server.stop()
}
