import { Readable } from 'node:stream'
import { type Static, Type } from 'typebox'
import type { AuthorizedContext } from '../authority/authorized.ts'
import { asAuthenticated } from '../http/actors.ts'
import { contextOf } from '../http/authenticate.ts'
import type { Router } from '../http/routes.ts'
import { closed, Nullable, OneOf } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import type { Database } from '../storage/database.ts'
import { importMembers, previewImport } from './import-members.ts'
import type { LinePlan } from './import-plan.ts'
import { listMembers, type MemberCriteria, type MemberPosition } from './list-members.ts'
import { CSV_MAX_LINES, csvHeader, csvOf } from './member-csv.ts'
import { memberCriteria } from './member-schemas.ts'

/** Room for as many lines as a file may have, 400 bytes each. */
const IMPORT_LIMIT_BYTES = 4 * 1024 * 1024
const EXPORT_PAGE = 1000

const ACTIONS = ['create', 'change', 'unchanged', 'error'] as const

const ImportReport = Type.Object({
  dryRun: Type.Boolean(),
  counts: Type.Object({
    create: Type.Integer(),
    change: Type.Integer(),
    unchanged: Type.Integer(),
    error: Type.Integer(),
  }),
  lines: Type.Array(
    Type.Object({
      line: Type.Integer({ description: 'Of the file, from 1; the header is a line, too.' }),
      username: Type.String(),
      action: OneOf(ACTIONS),
      changes: Type.Array(Type.Object({ field: Type.String(), from: Type.String(), to: Type.String() })),
      errors: Type.Array(Type.Object({ column: Nullable(Type.String()), code: Type.String(), message: Type.String() })),
    }),
  ),
})

/** `/api/v1/members/import` and `…/export`: members as a file. */
export function registerMemberCsvRoutes(app: Router, services: Services): void {
  const { database } = services

  app.post(
    '/api/v1/members/import',
    {
      bodyLimit: IMPORT_LIMIT_BYTES,
      config: { problems: ['insufficient_permissions'] },
      schema: {
        operationId: 'importMembers',
        tags: ['Members'],
        summary: 'Create and change members from CSV',
        description: [
          `\`csv\` is the text of a file of at most ${CSV_MAX_LINES} lines (this body: 4 MiB). Its header names columns out of username (required), email, firstName, lastName, roles (separated by ;) and status.`,
          'A column that is not there changes nothing. Usernames that exist are changed, others created, without a password until it is reset. With a broken line nothing is imported, and `errors` names each as `lines.<line>.<column>`. Roles need `roles:grant`, too.',
        ].join('\n\n'),
        querystring: closed({
          dryRun: Type.Optional(Type.Boolean({ description: 'Say what would happen, line by line, and do nothing.' })),
        }),
        body: closed({ csv: Type.String({ minLength: 1, maxLength: IMPORT_LIMIT_BYTES }) }),
        response: { 200: ImportReport },
      },
    },
    async (req) => {
      const { dryRun = false } = req.query
      const actor = asAuthenticated(req)
      const plans = dryRun
        ? await previewImport(services, actor, req.body.csv)
        : await importMembers(services, contextOf(req, services), actor, req.body.csv)
      return { dryRun, ...toReport(plans) }
    },
  )

  app.get(
    '/api/v1/members/export',
    {
      schema: {
        operationId: 'exportMembers',
        tags: ['Members'],
        summary: 'Members as CSV',
        description:
          'In the form that the import reads, with roles given directly. A cell that a spreadsheet would run as a formula has an apostrophe before it, which the import takes away.',
        querystring: closed(memberCriteria),
        response: { 200: { description: 'The file.', content: { 'text/csv': { schema: Type.String() } } } },
      },
    },
    async (req, reply) => {
      const { status = 'all', ...criteria } = req.query
      reply.header('content-disposition', 'attachment; filename="members.csv"').type('text/csv; charset=utf-8')
      return reply.send(Readable.from(exported(database, contextOf(req, services), { ...criteria, status })) as never)
    },
  )
}

async function* exported(
  database: Database,
  context: AuthorizedContext,
  criteria: MemberCriteria,
): AsyncGenerator<string> {
  yield csvHeader()
  let after: MemberPosition | undefined
  do {
    // An export ends with the authority it was asked for on: the stream breaks off.
    await database.assertHolds(context)
    const page = await listMembers(database, {
      ...criteria,
      sort: 'username',
      direction: 'asc',
      limit: EXPORT_PAGE,
      after,
    })
    yield csvOf(page.items)
    after = page.next
  } while (after !== undefined)
}

function toReport(plans: readonly LinePlan[]): Omit<Static<typeof ImportReport>, 'dryRun'> {
  const count = (action: LinePlan['action']) => plans.filter((plan) => plan.action === action).length
  return {
    counts: { create: count('create'), change: count('change'), unchanged: count('unchanged'), error: count('error') },
    lines: plans.map(({ csv, action, changes, errors }) => ({
      line: csv.line,
      username: csv.username,
      action,
      changes: changes.map((change) => ({ ...change })),
      errors: errors.map((fault) => ({ ...fault })),
    })),
  }
}
