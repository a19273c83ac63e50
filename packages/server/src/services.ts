import type { Clock } from './core/clock.ts'
import type { RoleCatalogue } from './roles/role-catalogue.ts'
import type { Database } from './storage/database.ts'
import type { UsageRecorder } from './verification/last-used.ts'
import type { TokenVerifier } from './verification/token-verifier.ts'

/** What use cases work with. Made once, in `app.ts`. */
export interface Services {
  readonly database: Database
  readonly catalogue: RoleCatalogue
  readonly verifier: TokenVerifier
  readonly usage: UsageRecorder
  readonly clock: Clock
  readonly tokenPrefix: string
  /** How long a password has to be. */
  readonly passwordMinLength: number
}
