import { randomUUID } from 'node:crypto'
import { generateToken } from '@ramp/verifier'
import { Secret } from '../packages/server/src/core/secret.ts'
import { loadRoleCatalogue } from '../packages/server/src/roles/role-catalogue.ts'
import { credentialCache } from '../packages/server/src/verification/credential-cache.ts'
import { toPrincipal, toToken } from '../packages/server/src/verification/stored-credentials.ts'
import { digestOf } from '../packages/server/src/verification/token-verifier.ts'

/**
 * What a cache takes: `scale-memory-in-process.ts <accounts> <tokens of each> <groups of each>`, with Node's `--expose-gc`. Fills
 * it as a database would, every row with text of its own. Prints bytes, resident and in the heap, beyond those before.
 */
const [accounts, tokensOfEach, groupsOfEach] = process.argv.slice(2).map(Number) as [number, number, number]
const GROUPS = 1000
const PEOPLE_SHARE_GROUPS = Array.from({ length: GROUPS }, () => [randomUUID(), randomUUID(), randomUUID()])
const catalogue = loadRoleCatalogue()

/** As a driver gives it: a string of its own. */
const fresh = (text: string) => Buffer.from(text).toString('latin1')

function fill(cache: ReturnType<typeof credentialCache>): void {
  for (let index = 0; index < accounts; index++) {
    const id = randomUUID()
    const row = {
      id: fresh(id),
      kind: 'member' as const,
      username: `user${index}`,
      display_name: `Given Family ${index}`,
    }
    const groups = Array.from(
      { length: groupsOfEach },
      (_, at) => PEOPLE_SHARE_GROUPS[(index + at) % GROUPS] as string[],
    )
    cache.keepAccount(
      toPrincipal(
        { ...row, deactivated_at: null, tokens_paused_at: null },
        ['GlobalTemplateViewer'],
        catalogue,
        groups,
      ),
    )
    for (let token = 0; token < tokensOfEach; token++) cache.keepToken(tokenOf(fresh(id)))
  }
}

function tokenOf(accountId: string) {
  const { id, text } = generateToken('ramp', 'pat')
  return toToken({
    id: fresh(id),
    account_id: accountId,
    kind: 'pat',
    digest: digestOf(new Secret(text)),
    created_at: Date.now(),
    expires_at: null,
    revoked_at: null,
    permissions: null,
    allowed_addresses: null,
    policy_addresses: null,
    parent_id: null,
    parent_permissions: null,
  } as Parameters<typeof toToken>[0])
}

function used() {
  globalThis.gc?.()
  globalThis.gc?.()
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
  return { resident: rss, live: heapUsed + Math.max(external, arrayBuffers) }
}

const before = used()
const cache = credentialCache(1_000_000)
fill(cache)
const after = used()
process.stdout.write(
  `${JSON.stringify({
    resident: after.resident,
    live: after.live - before.live,
    estimated: cache.bytes(),
  })}\n`,
)
