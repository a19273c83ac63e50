import { expect, test } from 'vitest'
import { signIn as signInByApi } from '../packages/server/test/support/actors.ts'
import { startRamp } from './support/ramp.ts'
import { partsOf, signIn } from './support/tokens-page.ts'
import { shown, useBrowser } from './support/visit.ts'

const browser = useBrowser()

test('A session that was ended elsewhere leads to the sign-in page, and from there back to where one was', async (context) => {
  const ramp = await startRamp(context)
  const visit = await browser.visit(context, ramp.origin)
  const { page } = visit
  const parts = partsOf(visit)
  await signIn(visit, ramp)
  await parts.tab('Revoked').click()
  await shown(page.getByRole('heading', { name: 'No revoked tokens' }))

  // A change of the password ends all other sessions.
  const elsewhere = await signInByApi(ramp.origin, ramp.admin)
  const newPassword = 'changed on another machine'
  await elsewhere.put('/api/v1/me/password', { currentPassword: ramp.admin.password, newPassword })
  visit.expectRefusals('GET /api/v1/tokens 401')
  await parts.tab('Expired').click()

  await shown(page.getByText('Your session has ended.'))
  expect(new URL(page.url()).pathname).toBe('/login')
  await visit.looksRight()
  await parts.username.fill(ramp.admin.username)
  await parts.password.fill(newPassword)
  await parts.signIn.click()
  await shown(page.getByRole('heading', { name: 'No expired tokens' }))
  expect(await parts.tab('Expired').getAttribute('aria-selected')).toBe('true')
  visit.hasNoFaults()
})

test('The way back leads to our own pages and nowhere else', async (context) => {
  const ramp = await startRamp(context)
  for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)']) {
    const visit = await browser.visit(context, ramp.origin)
    await signIn(visit, ramp, `/login?next=${encodeURIComponent(next)}`)
    expect(visit.page.url()).toBe(`${ramp.origin}/_settings/tokens`)
    visit.hasNoFaults()
  }
})

test('A session that an Administrator ends by deactivating the account ends the page', async (context) => {
  const ramp = await startRamp(context)
  const administrator = await signInByApi(ramp.origin, ramp.admin)
  const second = { username: 'second', password: 'initial of the second' }
  const names = { email: 'second@example.test', firstName: 'Second', lastName: '' }
  const { body } = await administrator.post('/api/v1/members', { ...second, ...names })
  const session = await signInByApi(ramp.origin, second)
  const password = 'chosen by the second'
  await session.put('/api/v1/me/password', { currentPassword: second.password, newPassword: password })
  const visit = await browser.visit(context, ramp.origin)
  await signIn(visit, { ...ramp, admin: { ...second, password } })

  const { create, dialog, signIn: signInButton } = partsOf(visit)
  await create.click()
  await dialog('Create token').getByLabel('Name').fill('too late')
  await administrator.patch(`/api/v1/members/${body.id}`, { status: 'deactivated' })
  visit.expectRefusals('POST /api/v1/tokens 401', 'GET /api/v1/tokens 401')
  await visit.page.keyboard.press('Enter')

  await shown(signInButton)
  visit.hasNoFaults()
})
