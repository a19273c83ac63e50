/** The members page: create, give a role to a selection, import a file with a broken line, deactivate. */
import { expect, test } from 'vitest'
import { startRamp } from './support/ramp.ts'
import { signIn } from './support/tokens-page.ts'
import { gone, SCREENS, shown, useBrowser } from './support/visit.ts'

const browser = useBrowser()

test.for(SCREENS)('Members, one and many ($name)', async (screen, context) => {
  const ramp = await startRamp(context)
  const visit = await browser.visit(context, ramp.origin, screen)
  const { page } = visit
  await signIn(visit, ramp)
  await page.goto('/_admin/ramp-tenant-members')
  await shown(page.getByRole('heading', { level: 1, name: 'Members' }))

  const file = (text: string) => ({ name: 'members.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  const header = 'username,email,firstName,lastName,roles\n'
  await page.getByRole('button', { name: 'Import' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import members' })
  await shown(dialog)
  await page.locator('input[type=file]').setInputFiles(file(`${header}grace,grace@example.test,Grace,Hopper,Emperor\n`))
  await shown(dialog.getByText('The catalogue has no such role.'))
  expect(await dialog.getByRole('button', { name: 'Import 0 members' }).isDisabled()).toBe(true)
  await visit.looksRight()
  await page.locator('input[type=file]').setInputFiles(file(`${header}grace,grace@example.test,Grace,Hopper,\n`))
  await dialog.getByRole('button', { name: 'Import 1 member' }).click()
  await gone(dialog)

  const bar = page.getByRole('region', { name: 'Selected members' })
  await page.getByRole('checkbox', { name: 'Select Grace Hopper' }).check()
  await shown(bar.getByText('1 member selected'))
  await bar.getByLabel('Role to give or take').selectOption('Auditor')
  await visit.looksRight()
  await bar.getByRole('button', { name: 'Give role' }).click()
  const question = page.getByRole('dialog', { name: 'Change the selected members' })
  await question.getByRole('button', { name: 'Change' }).click()
  await gone(question)
  await shown(page.getByRole('main').getByText('Auditor', { exact: true }).last())

  await page.getByRole('checkbox', { name: 'Select Grace Hopper' }).check()
  await bar.getByRole('button', { name: 'Deactivate selected' }).click()
  await shown(question.getByText('1 member will be signed out'))
  await visit.looksRight()
  await question.getByRole('button', { name: 'Deactivate' }).click()
  await gone(question)
  await page.getByLabel('Status').selectOption('deactivated')
  await shown(page.getByRole('link', { name: 'Grace Hopper' }))
  await visit.looksRight()
  visit.hasNoFaults()
})
