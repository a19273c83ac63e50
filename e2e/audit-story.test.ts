import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { signIn as signInByApi } from '../packages/server/test/support/actors.ts'
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
  addSignInsAfterwards(ramp.database, 30_000)
  const visit = await browser.visit(context, ramp.origin)
  const { page } = visit
  await signIn(visit, ramp)
  const further = Promise.withResolvers<void>()
  await page.route('**/api/v1/audit-events?*cursor=*', async (route) => {
    await further.promise
    await route.continue()
  })
  await page.goto('/_admin/audit?targetType=member&outcome=done')
  await shown(page.getByText('Searching further …'))
  await shown(page.getByText('None so far'))
  await visit.looksRight()
  further.resolve()
  await shown(page.getByRole('listitem').filter({ hasText: 'member ada' }))
  await shown(page.getByText('1 event', { exact: true }))
  await visit.looksRight()

  await page.goto('/_admin/audit?targetType=member&action=token.created')
  await shown(page.getByText('No matching events'))
  visit.hasNoFaults()
})

/** Refused sign-ins of the first member, later than all events there are. */
function addSignInsAfterwards(file: string, count: number): void {
  const database = new DatabaseSync(file)
  database.exec(`
    INSERT INTO audit_event (id, at, action, outcome, credential, target_type, target_id, detail)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
      SELECT last_id + i, unixepoch() * 1000 + 1000, 'session.failed', 'refused', 'anonymous', 'member', account.id, '{}'
      FROM n, audit_chain, account;
    UPDATE audit_chain SET last_id = last_id + ${count}`)
  database.close()
}
