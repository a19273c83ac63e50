import { DatabaseSync } from 'node:sqlite'
import { apiKey } from '@better-auth/api-key'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'

/** Nobody's limit: as it comes, a key is refused after ten requests a day. */
const UNREACHED = 2 ** 31

/** The ways to run the plug-in that are compared. */
export const SETTINGS = {
  /** As it comes, but for the number of requests. */
  default: { rateLimit: { maxRequests: UNREACHED } },
  /** Keys without a limit, and a SQLite file that waits for no disk at each write. */
  tuned: { rateLimit: { enabled: false } },
  /** The fastest that is documented: keys in a secondary storage, here a Map of this process, and nothing waits for what is noted. */
  memory: { rateLimit: { enabled: false }, storage: 'secondary-storage', deferUpdates: true },
} as const
export type Setting = keyof typeof SETTINGS

export interface BetterAuth {
  /** Throws unless the key is valid and has the permission. */
  verify(key: string): Promise<void>
  readonly keys: readonly string[]
  /** Rows changed, or values set in the secondary storage. */
  writes(): number
}

/** The plug-in over a new SQLite file, with ten users who have their share of the keys each, as RAMP's seed has it. */
export async function openBetterAuth(file: string, setting: Setting, count: number): Promise<BetterAuth> {
  const database = new DatabaseSync(file)
  if (setting !== 'default') database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  const stored = new Map<string, string>()
  let sets = 0
  const options = {
    baseURL: 'http://127.0.0.1',
    secret: 'only-for-this-benchmark-0123456789abcdef',
    telemetry: { enabled: false },
    emailAndPassword: { enabled: true },
    database,
    advanced: { backgroundTasks: { handler: () => {} } },
    ...(setting === 'memory' && {
      secondaryStorage: {
        get: (key: string) => stored.get(key) ?? null,
        set(key: string, value: string) {
          sets++
          stored.set(key, value)
        },
        delete: (key: string) => void stored.delete(key),
        // Demanded by the type, for what is not measured here.
        getAndDelete: unused,
        increment: unused,
      },
    }),
    plugins: [apiKey(SETTINGS[setting])],
  }
  await (await getMigrations(options)).runMigrations()
  const auth = betterAuth(options)
  const keys: string[] = []
  for (let user = 0; user < 10; user++) {
    const body = { name: `user ${user}`, email: `user${user}@example.test`, password: 'a password of the benchmark' }
    const { user: made } = await auth.api.signUpEmail({ body })
    for (let n = 0; n < count / 10; n++) {
      const key = await auth.api.createApiKey({ body: { userId: made.id, permissions: { templates: ['read'] } } })
      keys.push(key.key)
    }
  }
  const changes = database.prepare('SELECT total_changes() AS n')
  return {
    async verify(key) {
      const { valid, error } = await auth.api.verifyApiKey({ body: { key, permissions: { templates: ['read'] } } })
      if (!valid) throw new Error(`refused: ${JSON.stringify(error)}`)
    },
    keys,
    writes: () => sets + Number(changes.get()?.['n']),
  }
}

function unused(): never {
  throw new Error('not part of this benchmark')
}
