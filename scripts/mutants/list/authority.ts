import { mutationsOf } from '../mutations-of.ts'

const WRITES = ['api/authority/every-write', 'api/authority/ways-to-end']

/** No change is committed after its caller's authority has ended. */
export const AUTHORITY = [
  ...mutationsOf('packages/server/src/authority/authority-loss.ts', WRITES, [
    [
      "if (verdict.outcome !== 'active') return { kind: 'token', outcome: verdict.outcome }",
      "if (verdict.outcome !== 'active') return undefined",
      'A revoked token still commits.',
    ],
    ["if (session === undefined || !session.isOpen) return { kind: 'session' }", '', 'An ended session still commits.'],
    [
      "if (account === undefined || account.deactivatedAt !== null) return { kind: 'session' }",
      "if (account === undefined) return { kind: 'session' }",
      'A deactivated member still commits.',
    ],
    [
      "if (session.mustChangePassword && !actor.mustChangePassword) return { kind: 'password' }",
      '',
      'A member whose password was reset still commits.',
    ],
    [
      "if (permission !== undefined) return { kind: 'permission', permission }",
      '',
      'A caller commits with a permission that was taken.',
    ],
    [
      "return role === undefined ? undefined : { kind: 'role', role }",
      'return undefined',
      'A caller commits with a role that was taken.',
    ],
  ]),
  ...mutationsOf(
    'packages/server/src/authority/authorized.ts',
    [...WRITES, 'api/authority/late-requests'],
    [
      ['return id === actor.account.id', 'return false', 'A change of the account is not looked at.'],
      [
        'actor.validUntil !== null && clock() >= actor.validUntil',
        'false',
        'A token that expired during its request commits.',
      ],
      [
        'stored.accountId === actor.account.id && isSessionAlive(stored, now)',
        'stored.accountId === actor.account.id',
        'A session that has run out commits.',
      ],
      ['if (loss !== undefined) throw refuse(loss)', '', 'No loss of authority stops a commit.'],
    ],
  ),
  ...mutationsOf('packages/server/src/storage/authority.ts', WRITES, [
    ['await authority.confirm(committed)', '', 'Authority is not checked at commit.'],
  ]),
  ...mutationsOf('packages/server/src/storage/sqlite.ts', WRITES, [
    [
      "if (typeof behind !== 'string') await assertStillHolds(behind, before, readsOf(trx))",
      '',
      'SQLite: authority is not checked at commit.',
    ],
  ]),
  ...mutationsOf(
    'packages/server/src/http/late-reads.ts',
    ['api/authority/late-requests'],
    [
      [
        'services.clock() - req.admittedAt > READ_AUTHORITY_MS',
        'false',
        'A slow read is answered on authority that has ended.',
      ],
    ],
  ),
]
