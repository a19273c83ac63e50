import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { signIn as signInByApi } from '../packages/server/test/support/actors.ts'
import { addAuditEvents } from '../packages/server/test/support/audit-events.ts'
import { startRamp } from './support/ramp.ts'
import { signIn } from './support/tokens-page.ts'
import { SCREENS, shown, useBrowser } from './support/visit.ts'

const browser = useBrowser()

test.for(SCREENS)('An administrator looks up what happened and takes it along ($name)', async (screen, context) => {
  const ramp = await startRamp(context)
  const administrator = await signInByApi(ramp.origin, ramp.admin)
  await administrator.token({ name: 'nightly backup' })
  const visit = await browser.visit(context, ramp.origin, screen)
  const { page } = visit
  await signIn(visit, ramp)
  await page.goto('/_admin/audit')
  await shown(page.getByRole('heading', { level: 1, name: 'Audit' }))
  const event = page.getByRole('listitem').filter({ hasText: 'token nightly backup' })
  await shown(event)
  await visit.looksRight()

  await page.getByLabel('Action').selectOption('Tokens')
  await shown(page.getByText('1 event', { exact: true }))
  expect(new URL(page.url()).search).toBe('?action=token.')
  await event.getByText('Details of event').click()
  await shown(event.getByText('token.created', { exact: true }))
  await visit.looksRight()

  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Export as JSON lines' }).click()
  expect((await download).suggestedFilename()).toMatch(/^ramp-audit-.*\.ndjson$/)
  visit.hasNoFaults()
})

test('What is rare among very many events is found without being asked for again', async (context) => {
  const ramp = await startRamp(context)
  await (await signInByApi(ramp.origin, ramp.admin)).token({ name: 'nightly backup' })
  const later = addAuditEvents(30_000, {
    at: 'unixepoch() * 1000 + 1000',
    action: `CASE i % 2 WHEN 0 THEN 'token.created' ELSE 'session.created' END`,
    actor: `CASE i % 2 WHEN 0 THEN 'somebody' ELSE (SELECT id FROM account) END`,
  })
  const database = new DatabaseSync(ramp.database)
  for (const statement of later) database.exec(statement)
  database.close()
  const visit = await browser.visit(context, ramp.origin)
  const { page } = visit
  await signIn(visit, ramp)
  const further = Promise.withResolvers<void>()
  await page.route('**/api/v1/audit-events?*cursor=*', async (route) => {
    await further.promise
    await route.continue()
  })
  await page.goto('/_admin/audit?actor=ada&action=token.created')
  await shown(page.getByText('Searching further …'))
  await shown(page.getByText('None so far'))
  await visit.looksRight()
  further.resolve()
  await shown(page.getByRole('listitem').filter({ hasText: 'token nightly backup' }))
  await shown(page.getByText('1 event', { exact: true }))
  await visit.looksRight()

  await page.goto('/_admin/audit?actor=ada&action=token.created&targetType=member')
  await shown(page.getByText('No matching events'))
  visit.hasNoFaults()
})
