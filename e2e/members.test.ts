/**
 * The members page: import a file with a broken line, give a role to a selection, deactivate; a member's page: two who
 * edit at once, and what was done.
 */
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

  await page.getByRole('link', { name: 'Grace Hopper' }).click()
  await shown(page.getByText(/ deactivated member grace/))
  const email = page.getByLabel('Email', { exact: true })
  const address = new URL(page.url()).pathname.replace('_admin/ramp-tenant-members', 'api/v1/members')
  visit.expectRefusals(`PATCH ${address} 412`)
  const answer = await page.request.patch(address, {
    data: { firstName: 'Amazing' },
    headers: { origin: ramp.origin },
  })
  expect(answer.status()).toBe(200)
  await email.fill('hopper@example.test')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const meanwhile = page.getByRole('alert').filter({ hasText: 'Changed meanwhile' })
  await shown(meanwhile.getByText('now Amazing Hopper'))
  expect(await email.inputValue()).toBe('hopper@example.test')
  await visit.looksRight()
  await meanwhile.getByRole('button', { name: 'Keep mine' }).click()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await shown(page.getByRole('heading', { level: 1, name: 'Grace Hopper' }))
  visit.hasNoFaults()
})
