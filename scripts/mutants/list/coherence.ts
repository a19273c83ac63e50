import { mutationsOf } from '../mutations-of.ts'

const SIMULATION = ['coherence/simulation']
const SERVICES = ['coherence/services-simulation', 'api/verifiers/in-process']

/** Whatever is in memory is dropped before the change that makes it stale is answered. */
export const COHERENCE = [
  ...mutationsOf('packages/verifier/src/finding-cache.ts', SERVICES, [
    ['else tokens.add(tokenId)', '', 'A verifier accepts the second token of a deactivated account.'],
    [
      'this.dropToken(tokenId)\n    if',
      'if',
      'A finding that was replaced stays in the index of accounts.',
      'The index then names a token that is there anyway, or drops one token too many.',
    ],
    [
      'for (const tokenId of this.#tokensOf.get(accountId) ?? []) this.#findings.delete(tokenId)',
      '',
      'A verifier keeps the tokens of a changed account.',
    ],
    [
      'dropAllAccounts(): void {\n    this.dropAll()',
      'dropAllAccounts(): void {',
      'A verifier ignores changes of groups.',
    ],
    ['this.#findings.clear()', '', 'A verifier keeps everything at a doubt.'],
  ]),
  ...mutationsOf('packages/verifier/src/coherence.ts', SIMULATION, [
    [
      'hasLease && fill.generation === generation && epoch >= heardEpoch',
      'fill.generation === generation && epoch >= heardEpoch',
      'A node keeps what it read without a lease.',
    ],
    [
      'hasLease && fill.generation === generation && epoch >= heardEpoch',
      'hasLease && epoch >= heardEpoch',
      'A node keeps what it read before a doubt.',
    ],
    [
      'hasLease && fill.generation === generation && epoch >= heardEpoch',
      'hasLease && fill.generation === generation',
      'A node keeps a row that is older than a change it was told of.',
    ],
    [
      'time.monotonic() < trustedUntil.monotonic && time.wall() < trustedUntil.wall,',
      'time.monotonic() < trustedUntil.monotonic,',
      'A node trusts its cache after its machine was suspended.',
    ],
    [
      'time.monotonic() < trustedUntil.monotonic && time.wall() < trustedUntil.wall,',
      'time.wall() < trustedUntil.wall,',
      'A node trusts its cache for longer after its clock was set back.',
    ],
    [
      'heardEpoch = Math.max(heardEpoch, epoch)\n      dropSubject(cache, subject)',
      'dropSubject(cache, subject)',
      'A fill that began before a notification is kept after it.',
    ],
    [
      'if (subjects === null) cache.dropAll()\n      else',
      'if (subjects !== null)',
      'A node keeps its cache although changes were pruned.',
    ],
    ['generation++\n    cache.dropAll()', 'generation++', 'A node keeps its cache at a doubt.'],
  ]),
  ...mutationsOf('packages/verifier/src/hold-lease.ts', SIMULATION, [
    [
      "if (renewal.run !== run) throw new Error('Another run of the database answers.')",
      '',
      'A lease survives a restart of the database.',
    ],
    [
      "if (epoch < appliedEpoch) throw new Error('The database is older than it was: restored from a copy?')",
      '',
      'A lease survives a restored copy.',
    ],
    [
      'const forMs = leaseMs - MARGIN_MS',
      'const forMs = leaseMs + MARGIN_MS',
      'A node trusts its cache longer than its lease.',
    ],
    [
      'listener.apply(epoch, changes)\n    return true',
      'return true',
      'A node reports changes as applied that it has not dropped.',
    ],
    [
      'lost ??= { error }\n        listener.doubt()',
      'lost ??= { error }',
      'A node trusts its cache after the connection was lost.',
      'The renewal that is in progress or comes next doubts; until then the lease still runs, so trust within it is sound.',
    ],
    [
      'const renewal = await orInterrupted(renewing)\n        assertNotLost()',
      'const renewal = await orInterrupted(renewing)',
      'A renewal that ended with the connection counts.',
    ],
  ]),
  ...mutationsOf(
    'packages/verifier/src/stale-state.ts',
    [...SIMULATION, 'api/coherence/every-way'],
    [
      [
        "else if (kind === 'account' && id !== undefined) cache.dropAccount(id)\n",
        '',
        'Every account change drops the whole cache.',
      ],
      [
        "if (kind === 'token' && id !== undefined) cache.dropToken(id)\n  else",
        "if (kind === 'token') return\n ",
        'A revoked token stays in the cache.',
      ],
      [
        "else if (kind === 'group') cache.dropAllAccounts()",
        "else if (kind === 'group') return",
        'A role taken from a group stays in the cache.',
      ],
      ['else cache.dropAll()', '', 'A change of the policy or the catalogue leaves the cache as it was.'],
    ],
  ),
  ...mutationsOf(
    'packages/verifier/src/create-verifier.ts',
    ['api/verifiers/in-process'],
    [
      [
        'if (!coherence.isTrusted()) return undefined',
        '',
        'A verifier in a service trusts its memory without a lease.',
      ],
      ['!crypto.timingSafeEqual(finding.digest, digest)', 'false', 'A verifier accepts a guess with a known id.'],
      [
        'finding.address !== undefined && finding.address !== address',
        'false',
        'A verifier ignores the addresses of a token.',
      ],
      [
        'return hasExpired ? EXPIRED : finding.verdict',
        'return finding.verdict',
        'A verifier accepts an expired token from memory.',
      ],
      [
        '&& coherence.mayKeep(fill, introspection.epoch)',
        '',
        'A verifier keeps an answer that is older than a change.',
      ],
      [
        "if (permission === undefined || verdict.outcome !== 'active' || verdict.permissions.has(permission)) return verdict",
        'return verdict',
        'The adapters demand no permission.',
      ],
      [
        'isAddressBound ? address : undefined',
        'undefined',
        'A verifier accepts an address-bound token from everywhere.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/verifier/src/single-flight.ts',
    [...SERVICES],
    [['if (flight.begunAt > begunAt) {', 'if (true) {', 'A call shares an answer that was asked for before it began.']],
  ),
  ...mutationsOf(
    'packages/server/src/verification/postgres-verifier.ts',
    [...SIMULATION, 'api/coherence/postgres-lease'],
    [
      [
        'const missing = coherence.isTrusted() ? decideCached(turn) : turn',
        'const missing = decideCached(turn)',
        'A node decides from memory without a lease.',
      ],
      ['if (!coherence.mayKeep(fill, epoch)) {', 'if (false) {', 'A node keeps a stale row.'],
      [
        'const fill = coherence.beginFill()\n    const ids = [...new Set(turn.map(({ tokenId }) => tokenId))]\n    const stored = await credentials.readTokens(ids).catch(onFailure)',
        'const ids = [...new Set(turn.map(({ tokenId }) => tokenId))]\n    const stored = await credentials.readTokens(ids).catch(onFailure)\n    const fill = coherence.beginFill()',
        'A row that was read before a doubt is kept after it.',
      ],
      [
        'const fill = coherence.beginFill()\n      const stored = await credentials.readAccount(accountId)',
        'const stored = await credentials.readAccount(accountId)\n      const fill = coherence.beginFill()',
        'An account that was read for a session before a doubt is kept after it.',
      ],
      [
        'const cached = coherence.isTrusted() ? cache.accounts.get(accountId) : undefined',
        'const cached = cache.accounts.get(accountId)',
        "A session's roles come from memory without a lease.",
      ],
      [
        'if (stored && coherence.mayKeep(fill, stored.epoch)) cache',
        'if (stored) cache',
        'A node keeps a stale account for sessions.',
      ],
      [
        "tellAll(turn.map((asked) => decided(asked, refuse('unavailable'), 0, now)))",
        "tellAll(turn.map((asked) => decided(asked, refuse('unknown'), 0, now)))",
        'A lost database refuses tokens as unknown instead of answering 503.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/verification/sqlite-verifier.ts',
    [
      'api/coherence/sqlite-cache',
      'api/coherence/two-servers',
      'api/storage/sqlite-unavailable',
      'api/storage/sqlite-unreadable',
    ],
    [
      [
        'if (failure === undefined) {',
        'if (true) {',
        'SQLite: a node decides from memory when the file cannot be read.',
      ],
      [
        "if (reader.isTransaction) reader.exec('ROLLBACK')",
        '',
        'SQLite: a failed snapshot stays open, in which nothing ever changes.',
      ],
      [
        "reader.exec('BEGIN')\n    coherence.catchUp()",
        "reader.exec('BEGIN')",
        'SQLite: an account is read with roles of its group from before.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/verification/coherence-sqlite.ts',
    [
      'api/coherence/sqlite-cache',
      'api/coherence/two-servers',
      'api/coherence/every-way',
      'api/storage/sqlite-unreadable',
    ],
    [
      [
        'applyChanges()\n      seenVersion = version',
        'seenVersion = version\n      applyChanges()',
        'SQLite: a version counts as seen although its changes could not be read.',
      ],
      ['firstListed > appliedEpoch + 1', 'firstListed > appliedEpoch + 2', 'SQLite: a pruned change is missed.'],
      ['epoch < appliedEpoch ||', '', 'SQLite: an older copy of the file goes unnoticed.'],
      ['firstListed === null ||', '', 'SQLite: an emptied list of changes goes unnoticed.'],
    ],
  ),
]
