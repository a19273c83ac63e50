import { mutationsOf } from '../mutations-of.ts'

/** Nobody gives, takes or manages beyond their own authority, and an Administrator always remains. */
export const GRANTING = [
  ...mutationsOf(
    'packages/server/src/roles/granting.ts',
    ['api/roles/handing-out', 'api/service-accounts/handing-out', 'api/roles/grant'],
    [
      ['assertWithinToken(actor, handedOut)\n', '', 'A narrowed token makes an unlimited one.'],
      [
        "if (actor.kind === 'session' || !actor.isNarrowed) return\n",
        'return\n',
        'A narrowed token gives roles that it does not hold.',
      ],
      [
        'const beyond = handedOut.filter((permission) => !actor.permissions.has(permission))',
        'const beyond: string[] = []',
        'Somebody without roles:grant makes tokens that allow more than they may.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/roles/grant-role.ts',
    ['api/roles/grant', 'api/roles/handing-out'],
    [['assertWithinToken(actor, role.permissions)', '', 'A narrowed token gives a role that it does not hold.']],
  ),
  ...mutationsOf(
    'packages/server/src/roles/take-role.ts',
    ['api/members/last-administrator', 'api/roles/grant'],
    [['await assertAdministratorRemains(trx)\n', '', 'The last Administrator loses the role.']],
  ),
  ...mutationsOf(
    'packages/server/src/roles/role-grant-store.ts',
    ['api/members/last-administrator', 'api/groups/last-administrator', 'api/members/bulk'],
    [
      [
        "SELECT id FROM account WHERE kind = 'member' AND deactivated_at IS NULL AND (",
        'SELECT id FROM account WHERE deactivated_at IS NULL AND (',
        'A service account counts as the last Administrator.',
      ],
      [
        "SELECT id FROM account WHERE kind = 'member' AND deactivated_at IS NULL AND (",
        "SELECT id FROM account WHERE kind = 'member' AND (",
        'A deactivated member counts as the last Administrator.',
      ],
      [
        'OR id IN (SELECT account_id FROM group_member JOIN holding ON holding.group_id = group_member.group_id)',
        '',
        'An Administrator through a group does not count.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/members/managing.ts',
    ['api/members/managed-through-groups', 'api/members/change', 'api/members/bulk'],
    [
      [
        '[...roles, ...inheritance(id).roles.map(({ role }) => role)]',
        'roles',
        'A SuperUser deactivates members who are Administrators through a group, in bulk.',
      ],
      [
        'catalogue.permissionsOf(await effectiveRolesOf(db, memberId))',
        'catalogue.permissionsOf([])',
        'A SuperUser resets the password of an Administrator.',
      ],
      [
        'const beyond = [...held].filter((permission) => !actor.permissions.has(permission))\n  if (beyond.length > 0) {',
        'const beyond = [...held].filter((permission) => !actor.permissions.has(permission))\n  if (beyond.length > 100) {',
        'A SuperUser manages members who may do more.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/members/change-members.ts',
    ['api/members/bulk', 'api/roles/handing-out'],
    [
      [
        "if (!('status' in action) && !actor.permissions.has('roles:grant')) {",
        'if (false) {',
        'Somebody without roles:grant gives roles in bulk.',
      ],
      [
        "if ('grant' in action) assertWithinToken(actor, requireRole(catalogue, action.grant).permissions)",
        "if ('grant' in action) requireRole(catalogue, action.grant)",
        'A narrowed token gives roles in bulk that it does not hold.',
      ],
      [
        "refuseThose(ids, 'own_deactivation', 'This is you.', (id) => id === actor.account.id)",
        '',
        'Somebody deactivates themselves in bulk.',
      ],
      [
        "refuseThose(ids, 'insufficient_permissions', 'Holds more than you do.', (id) => beyond.has(id))",
        '',
        'A SuperUser deactivates Administrators in bulk.',
      ],
      [
        'const sessions = await deleteSessionsOfAll(trx, ids)',
        'const sessions = new Map<string, number>()',
        'Bulk deactivation leaves the sessions in the table.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/members/change-member.ts',
    ['api/members/change', 'api/members/last-administrator', 'api/policy/account-changes'],
    [
      ["if (password && actor.kind !== 'session')", 'if (false)', 'A token resets a password.'],
      [
        'if (password && id === actor.account.id) {',
        'if (false) {',
        'A stolen session sets a new password without the current one.',
      ],
      ['await assertMayManage(trx, actor, id, catalogue)', '', 'A SuperUser manages an Administrator.'],
      ["if (id === actor.account.id) throw new Problem('own_deactivation')", '', 'Somebody deactivates themselves.'],
      [
        'await setDeactivated(trx, id, context.now)\n  await assertAdministratorRemains(trx)',
        'await setDeactivated(trx, id, context.now)',
        'The last Administrator is deactivated.',
      ],
      [
        'changeRequiredAt: context.now })\n  const endedSessions = await deleteSessionsOf(trx, id)',
        'changeRequiredAt: context.now })\n  const endedSessions = 0',
        'Sessions outlive a reset of the password.',
      ],
      ['changeRequiredAt: context.now', 'changeRequiredAt: null', 'A password that an administrator knows stays.'],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/groups/change-nesting.ts',
    ['api/groups/last-administrator', 'api/groups/what-a-group-gives', 'api/groups/inheritance'],
    [
      [
        'if (!(await deleteNesting(trx, groupId, memberGroupId))) return\n    await assertAdministratorRemains(trx)',
        'if (!(await deleteNesting(trx, groupId, memberGroupId))) return',
        'Unnesting a group removes the last Administrator.',
      ],
      ['if (circle) throw circleProblem(circle)', '', 'A group becomes a member of itself.'],
      [
        'await assertMayChangeMembership(trx, actor, groupId, catalogue)\n    if (groupId === memberGroupId)',
        'if (groupId === memberGroupId)',
        'A SuperUser nests a group into one that gives Administrator.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/groups/change-membership.ts',
    ['api/groups/last-administrator', 'api/groups/what-a-group-gives'],
    [
      [
        'if (!(await deleteGroupMember(trx, groupId, accountId))) return\n    await assertAdministratorRemains(trx)',
        'if (!(await deleteGroupMember(trx, groupId, accountId))) return',
        'The last Administrator leaves the group that made them one.',
      ],
      [
        'await requireAccount(trx, accountId)\n    await assertMayChangeMembership(trx, actor, groupId, catalogue)',
        'await requireAccount(trx, accountId)',
        'A SuperUser joins a group that gives Administrator.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/groups/managing-groups.ts',
    ['api/groups/what-a-group-gives', 'api/roles/handing-out'],
    [
      ['assertWithinToken(actor, given)\n', '', 'A narrowed token gives by a group what it does not hold.'],
      [
        'const beyond = [...given].filter((permission) => !actor.permissions.has(permission))',
        'const beyond: string[] = []',
        'A SuperUser makes somebody an Administrator by a group.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/groups/delete-group.ts',
    ['api/groups/last-administrator', 'api/groups/what-a-group-gives'],
    [['await assertAdministratorRemains(trx)\n', '', 'Deleting a group removes the last Administrator.']],
  ),
]
