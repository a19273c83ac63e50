import { mutationsOf } from '../mutations-of.ts'

/** Sign-in, sessions and passwords. */
export const SESSIONS = [
  ...mutationsOf(
    'packages/server/src/sessions/session.ts',
    ['api/sessions/lifetime'],
    [
      [
        'return now < session.expiresAt && now < session.lastSeenAt + SESSION_IDLE_MS',
        'return now < session.lastSeenAt + SESSION_IDLE_MS',
        'A session that is used never ends.',
      ],
      [
        'return now < session.expiresAt && now < session.lastSeenAt + SESSION_IDLE_MS',
        'return now < session.expiresAt',
        'An idle session does not end.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/sessions/read-session.ts',
    ['api/sessions/lifetime', 'api/sessions/own-sessions', 'api/members/change', 'api/authority/ways-to-end'],
    [
      ['|| !isSessionAlive(session, now)', '', 'A session that has run out is accepted.'],
      [
        'if (account === undefined || account.deactivatedAt !== null) return undefined',
        'if (account === undefined) return undefined',
        'A deactivated member stays signed in.',
      ],
      [
        'if (now >= session.lastSeenAt + SESSION_TOUCH_MS) {',
        'if (false) {',
        'An active session ends as if it were idle.',
      ],
      [
        'mustChangePassword: session.mustChangePassword',
        'mustChangePassword: false',
        'An initial password need not be changed.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/sessions/sign-in.ts',
    ['api/sessions/changed-meanwhile', 'api/sessions/sign-in', 'api/sessions/sign-in-limits'],
    [
      ['!isRight ||', '', 'Any password signs in.'],
      ['|| member.deactivatedAt !== null) {', ') {', 'A deactivated member gets a session.'],
      [
        'current?.passwordHash !== member.passwordHash || current.deactivatedAt !== null',
        'current === undefined',
        'A password that was changed during the sign-in opens a session.',
      ],
      ['if (former) await deleteSession(trx, former.id)', '', 'The former session of the browser goes on.'],
      ['await countAttempt(services, context, attempt)', '', 'Passwords can be guessed without a limit.'],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/sessions/password.ts',
    ['api/sessions/sign-in', 'api/members/create'],
    [['timingSafeEqual(presented, tag) && hash !== undefined', 'hash !== undefined', 'Any password matches.']],
  ),
  ...mutationsOf(
    'packages/server/src/sessions/change-password.ts',
    ['api/sessions/changed-meanwhile', 'api/sessions/password', 'api/policy/account-changes'],
    [
      [
        'if (!(await passwordMatches(currentPassword, hash))) {',
        'if (false) {',
        'A stolen session changes the password without the current one.',
      ],
      [
        'if ((await findPasswordHash(trx, account.id)) !== hash) throw',
        'if (false) throw',
        'Of two changes at once both succeed.',
      ],
      [
        'const endedSessions = await deleteSessionsOf(trx, account.id, sessionId)',
        'const endedSessions = 0',
        "A thief's session outlives a change of the password.",
      ],
      [
        'await settlePasswordChange(trx, context, actor, account.id, revokeTokens)',
        'await settlePasswordChange(trx, context, actor, account.id)',
        'Tokens outlive a change of the password that should revoke them.',
      ],
      [
        'await countAttempt(services, context, attempt)',
        '',
        'A stolen session guesses the current password without a limit.',
      ],
      [
        'if (newPassword.expose() === currentPassword.expose()) {',
        'if (false) {',
        'The new password may be the old one.',
      ],
      ['if (unacceptable) throw unacceptable', '', 'A password of three letters is accepted.'],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/sessions/end-session.ts',
    ['api/sessions/own-sessions'],
    [
      [
        "if (!(await hasOpenSession(trx, account.id, id, context.now))) throw new Problem('session_not_found')",
        '',
        "Anybody ends anybody's session.",
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/sessions/end-sessions.ts',
    ['api/sessions/own-sessions'],
    [['includesCurrent ? undefined : sessionId', 'sessionId', 'Signing out everywhere leaves the current session.']],
  ),
  ...mutationsOf(
    'packages/server/src/sessions/sign-out.ts',
    ['api/sessions/own-sessions', 'api/sessions/sign-in'],
    [['await deleteSession(trx, sessionId)', '', 'A session outlives signing out.']],
  ),
  ...mutationsOf(
    'packages/server/src/sessions/attempt-counter.ts',
    ['api/sessions/sign-in-limits', 'api/oauth/device-authorization'],
    [
      [
        'if (!isIPv6(address)) return address',
        'return address',
        'An attacker guesses from each address of an IPv6 network anew.',
      ],
      ['THEN 1 ELSE stored.failures + 1 END', 'THEN 1 ELSE 1 END', 'Failed attempts are not summed.'],
    ],
  ),
]
