/**
 * The whole story of a token, in a real browser against the real server: sign in, create, see the secret once, use it,
 * see that it was used, revoke it, and the next call is refused. In light and dark, on a desk and in the hand; in each
 * state axe finds nothing, nothing scrolls sideways, and the console stays empty.
 */
import { expect, test } from 'vitest'
import { startRamp } from './support/ramp.ts'
import { callApi, partsOf, readSecret, secretPart } from './support/tokens-page.ts'
import { expectNoTraceOf } from './support/traces.ts'
import { gone, SCREENS, shown, useBrowser } from './support/visit.ts'

/** The list reads itself again every 15 s. */
const SHOWN_WITHOUT_RELOAD_MS = 20_000
const NAME = 'nightly backup on db1'

const browser = useBrowser()

// One after the other: the pages of one browser share its clipboard.
test.for(SCREENS)('A token from its creation to its revocation ($name)', async (screen, context) => {
  const ramp = await startRamp(context)
  const visit = await browser.visit(context, ramp.origin, screen)
  const { page } = visit
  const { username, password, signIn, title, create, dialog, tab, token, revoke, accountMenu } = partsOf(visit)

  // Whoever is not signed in is sent to sign in.
  visit.expectRefusals('GET /api/v1/me 401', 'POST /api/v1/session 401')
  await page.goto('/')
  await shown(signIn)
  expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe(screen.options.colorScheme)
  await visit.looksRight()
  await signIn.click()
  await shown(page.getByText('Enter your username.'))
  await visit.looksRight()
  await username.fill(ramp.admin.username)
  await password.fill('not this one')
  await signIn.click()
  await shown(page.getByRole('alert'))
  await visit.looksRight()
  await password.fill(ramp.admin.password)
  await password.press('Enter')

  // An empty list says what to do.
  await shown(title)
  expect(new URL(page.url()).pathname).toBe('/_settings/tokens')
  await shown(page.getByRole('heading', { name: 'No tokens yet' }))
  await visit.looksRight()

  // A name that says nothing is refused beside its field.
  await create.click()
  const form = dialog('Create token')
  await shown(form)
  await visit.looksRight()
  await form.getByRole('button', { name: 'Create token' }).click()
  await shown(form.getByText('Give the token a name'))
  expect(await form.getByLabel('Name').evaluate((field) => field === document.activeElement)).toBe(true)
  expect(await form.getByLabel('Name').getAttribute('aria-invalid')).toBe('true')
  await visit.looksRight()

  // Every choice of the form, then the one that is wanted.
  await form.getByLabel('Name').fill(NAME)
  await form.getByLabel('Expiration').selectOption('none')
  await shown(form.getByText('It stays valid until you revoke it.'))
  await form.getByRole('radio', { name: 'Only some of mine' }).check()
  await shown(form.getByRole('checkbox', { name: 'own-tokens:read' }))
  await visit.looksRight()
  await form.getByRole('radio', { name: 'All of mine' }).check()
  await form.getByLabel('Expiration').selectOption('custom')
  await shown(form.getByLabel('Expiration date'))
  await visit.looksRight()
  await form.getByLabel('Expiration', { exact: true }).selectOption('30')
  await form.getByRole('button', { name: 'Create token' }).click()

  // The secret, once. Leaving without it asks first.
  const secret = await readSecret(visit)
  const created = dialog('Token created')
  await visit.looksRight()
  await page.keyboard.press('Escape')
  await shown(dialog('Close without copying?'))
  await visit.looksRight()
  await page.getByRole('button', { name: 'Go back and copy' }).click()
  await created.getByRole('button', { name: 'Copy', exact: true }).click()
  await shown(created.getByRole('button', { name: 'Copied' }))
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
  await visit.looksRight()
  await created.getByRole('button', { name: 'Done' }).click()
  await gone(created)

  await expectNoTraceOf(secretPart(secret), page)

  // It works, and the list says so by itself: when, from where, by what.
  await shown(token(NAME).getByText('Never used'))
  expect(await callApi(ramp, secret)).toBe(200)
  await accountMenu.click()
  await shown(page.getByRole('menuitem', { name: 'Sign out' }))
  await visit.looksRight()
  await page.keyboard.press('Escape')
  await gone(page.getByRole('menu'))
  await token(NAME).getByText('just now').waitFor({ timeout: SHOWN_WITHOUT_RELOAD_MS })
  await shown(token(NAME).getByText('127.0.0.1 · nightly-backup/2.1'))
  await shown(token(NAME).getByText(`ramp_pat_${secret.slice(9, 21)}…`))
  await shown(token(NAME).getByText('Active'))
  await visit.looksRight()

  // A search that finds nothing says so.
  await page.getByRole('searchbox', { name: 'Search tokens' }).fill('nothing like it')
  await shown(page.getByRole('heading', { name: 'No matching tokens' }))
  await visit.looksRight()
  await page.getByRole('button', { name: 'Clear search' }).click()
  await shown(token(NAME))

  // Revoked after a confirmation that names it: gone from the list, and refused from the next call on.
  expect(await callApi(ramp, secret)).toBe(200)
  await revoke(NAME).click()
  const question = dialog('Revoke token')
  await shown(question.getByText(NAME))
  await shown(question.getByText('127.0.0.1 · nightly-backup/2.1'))
  await visit.looksRight()
  await question.getByRole('button', { name: 'Revoke token' }).click()
  await gone(question)
  expect(await callApi(ramp, secret)).toBe(401)
  expect(await token(NAME).count()).toBe(0)
  await shown(page.getByRole('heading', { name: 'No active tokens' }))
  await visit.looksRight()
  await tab('Revoked').click()
  await shown(token(NAME).getByText('by ada'))
  await visit.looksRight()
  await tab('Expired').click()
  await shown(page.getByRole('heading', { name: 'No expired tokens' }))
  await visit.looksRight()

  // Out again, and nothing of this person is left for the next.
  await accountMenu.click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await shown(signIn)
  expect(page.url()).toBe(`${ramp.origin}/login`)
  await expectNoTraceOf(NAME, page)
  visit.hasNoFaults()
})
