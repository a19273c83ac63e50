/** The story's create and revoke without a pointer: only keys, and always with a focus that can be seen. */
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { startRamp } from './support/ramp.ts'
import { callApi, partsOf, readSecret } from './support/tokens-page.ts'
import { gone, SCREENS, shown, useBrowser, type Visit } from './support/visit.ts'

const browser = useBrowser()
const NAME = 'made by keys'

test.for(SCREENS)('Creating and revoking by keyboard alone ($name)', async (screen, context) => {
  const ramp = await startRamp(context)
  const visit = await browser.visit(context, ramp.origin, screen)
  const { keyboard } = visit.page
  const { username, password, create, dialog, tab, token, revoke } = partsOf(visit)
  visit.expectRefusals('GET /api/v1/me 401')

  await visit.page.goto('/')
  await focused(username)
  await keyboard.type(ramp.admin.username)
  await tabTo(visit, password)
  await keyboard.type(ramp.admin.password)
  await keyboard.press('Enter')

  await shown(create)
  await tabTo(visit, create)
  await keyboard.press('Enter')
  await focused(dialog('Create token').getByLabel('Name'))
  await keyboard.press('Escape')
  await gone(dialog('Create token'))
  await focused(create)

  await keyboard.press('Enter')
  await focused(dialog('Create token').getByLabel('Name'))
  await keyboard.type(NAME)
  await keyboard.press('Enter')
  const secret = await readSecret(visit)
  await focused(dialog('Token created').getByRole('button', { name: 'Copy', exact: true }))
  await keyboard.press('Escape')
  await focused(visit.page.getByRole('button', { name: 'Go back and copy' }))
  await keyboard.press('Enter')
  await focused(dialog('Token created').getByRole('button', { name: 'Copy', exact: true }))
  await keyboard.press('Enter')
  await shown(dialog('Token created').getByRole('button', { name: 'Copied' }))
  expect(await visit.page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
  await keyboard.press('Escape')
  await gone(dialog('Token created'))
  await focused(create)
  expect(await callApi(ramp, secret)).toBe(200)

  await shown(token(NAME))
  await tabTo(visit, revoke(NAME))
  await keyboard.press('Enter')
  // The first Enter too many must not revoke.
  await focused(dialog('Revoke token').getByRole('button', { name: 'Cancel' }))
  await keyboard.press('Escape')
  await gone(dialog('Revoke token'))
  await focused(revoke(NAME))
  expect(await callApi(ramp, secret)).toBe(200)

  await keyboard.press('Enter')
  await shown(dialog('Revoke token'))
  await tabTo(visit, dialog('Revoke token').getByRole('button', { name: 'Revoke token' }))
  await keyboard.press('Enter')
  await gone(dialog('Revoke token'))
  expect(await callApi(ramp, secret)).toBe(401)
  await focused(tab('Active'))
  await keyboard.press('ArrowRight')
  await keyboard.press('ArrowRight')
  await focused(tab('Revoked'))
  await shown(token(NAME))
  visit.hasNoFaults()
})

/** Waits until it has the focus. */
async function focused(locator: Locator): Promise<void> {
  await shown(locator)
  await expect
    .poll(() => locator.evaluate((element) => element === document.activeElement), { timeout: 5000 })
    .toBe(true)
}

/** Presses Tab until the focus is there; on its way, each stop shows that it has the focus. */
async function tabTo({ page }: Visit, target: Locator): Promise<void> {
  for (let stop = 0; stop < 30; stop++) {
    await page.keyboard.press('Tab')
    expect(await page.evaluate(unseenFocus)).toBeUndefined()
    if (await target.evaluate((element) => element === document.activeElement)) return
  }
  expect.fail('Tab does not lead there.')
}

/** What has the focus without an outline, a ring or a border of its own to show it. */
function unseenFocus(): string | undefined {
  const element = document.activeElement
  if (element === null || element === document.body) return undefined
  const { outlineStyle, boxShadow } = getComputedStyle(element)
  const isField = element.matches('input, select, textarea')
  return outlineStyle !== 'none' || boxShadow !== 'none' || isField ? undefined : element.outerHTML.slice(0, 200)
}
