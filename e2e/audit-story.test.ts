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
