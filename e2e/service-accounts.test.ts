/**
 * A service account is created with the people to ask about it: found, chosen, one taken out again. On a desk and in
 * the hand.
 */
import { expect, test } from 'vitest'
import { apiOf } from './support/api.ts'
import { startRamp } from './support/ramp.ts'
import { partsOf, signIn } from './support/tokens-page.ts'
import { gone, SCREENS, shown, useBrowser } from './support/visit.ts'

const browser = useBrowser()

test.for(SCREENS)('A service account with its maintainers ($name)', async (screen, context) => {
  const ramp = await startRamp(context)
  const api = await apiOf(ramp)
  for (const [firstName, lastName] of [
    ['Grace', 'Hopper'],
    ['Alan', 'Turing'],
  ] as const) {
    const username = firstName.toLowerCase()
    const password = 'an initial one, to be changed'
    await api.post('/api/v1/members', { username, email: `${username}@example.test`, firstName, lastName, password })
  }
  const visit = await browser.visit(context, ramp.origin, screen)
  const { page } = visit
  await signIn(visit, ramp)
  await page.goto('/_admin/service-accounts')
  await page.getByRole('main').getByRole('button', { name: 'Create service account' }).click()
  const dialog = partsOf(visit).dialog('Create service account')
  await dialog.getByLabel('Name').fill('nightly-report')
  await visit.looksRight()

  // Searching, with Enter, too, does not create it yet.
  const finder = dialog.getByRole('searchbox', { name: 'Add a maintainer' })
  const chosen = dialog.getByRole('list', { name: 'Chosen maintainers' })
  await finder.fill('hopper')
  await finder.press('Enter')
  await dialog.getByRole('button', { name: 'Add Grace Hopper' }).click()
  await shown(chosen.getByText('Grace Hopper'))
  await finder.fill('turing')
  await dialog.getByRole('button', { name: 'Add Alan Turing' }).click()
  await shown(chosen.getByText('Alan Turing'))
  await visit.looksRight()
  await dialog.getByRole('button', { name: 'Remove Alan Turing' }).click()
  await gone(chosen.getByText('Alan Turing'))
  expect((await api.get('/api/v1/service-accounts')).items).toEqual([])

  await dialog.getByRole('button', { name: 'Create service account' }).click()
  await shown(page.getByRole('heading', { level: 1, name: 'nightly-report' }))
  await shown(page.getByRole('list', { name: 'Maintainers of nightly-report' }).getByText('Grace Hopper'))
  await visit.looksRight()
  const { items } = await api.get('/api/v1/service-accounts')
  expect(items).toMatchObject([{ name: 'nightly-report', maintainers: [{ username: 'grace', status: 'active' }] }])
  visit.hasNoFaults()
})
