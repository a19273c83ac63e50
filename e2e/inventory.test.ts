/**
 * The inventory: a token is found by pasting it, explained, seen on its page with its use and history, and revoked with
 * others after the number was typed. What was pasted is in no address.
 */
import { expect, test } from 'vitest'
import { startRamp } from './support/ramp.ts'
import { callApi, partsOf, signIn } from './support/tokens-page.ts'
import { SCREENS, shown, useBrowser } from './support/visit.ts'

const browser = useBrowser()

test.for([SCREENS[0], SCREENS[3]])(
  'An administrator finds, explains and revokes tokens ($name)',
  async (screen, context) => {
    const ramp = await startRamp(context)
    const visit = await browser.visit(context, ramp.origin, screen)
    const { page } = visit
    await signIn(visit, ramp)
    const secrets = await page.evaluate(async () => {
      const made: string[] = []
      for (const name of ['nightly backup', 'deploy staging']) {
        const answer = await fetch('/api/v1/tokens', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ name }),
        })
        made.push((await answer.json()).secret)
      }
      return made
    })
    const [backup = ''] = secrets
    expect(await callApi(ramp, backup)).toBe(200)

    await page.goto('/_admin/tokens')
    await shown(page.getByRole('heading', { level: 1, name: 'Inventory' }))
    await shown(page.getByText('2 tokens'))
    await visit.looksRight()

    await page.getByLabel('Token or id').fill(backup)
    await page.getByRole('button', { name: 'Find and explain' }).click()
    await shown(page.getByText('It would be accepted'))
    expect(page.url()).not.toContain(backup)
    await visit.looksRight()

    await page.getByRole('main').getByRole('link', { name: 'nightly backup' }).first().click()
    await shown(page.getByRole('heading', { level: 1, name: 'nightly backup' }))
    await shown(page.getByRole('img', { name: '1 calls and 0 refusals in 90 days' }))
    await shown(page.getByText('Created by ada'))
    await visit.looksRight()

    await page.goto('/_admin/tokens?q=deploy')
    await page.getByLabel('Everything of a member or service account').fill('ada')
    await page.getByRole('button', { name: 'Choose' }).click()
    await shown(page.getByText('2 tokens of 1 account.'))
    await page.getByRole('button', { name: 'Cancel' }).click()
    await shown(page.getByText('1 token', { exact: true }))
    await page.getByRole('button', { name: 'Revoke all that are found' }).click()
    const dialog = partsOf(visit).dialog('Revoke tokens')
    await dialog.getByLabel('Type “revoke 1” to confirm').fill('revoke 1')
    await visit.looksRight()
    await dialog.getByRole('button', { name: 'Revoke 1', exact: true }).click()
    await shown(dialog.getByText('1 token is revoked.'))
    await dialog.getByRole('button', { name: 'Done' }).click()
    await shown(page.getByRole('heading', { name: 'No matching tokens' }))
    expect(await callApi(ramp, secrets[1] ?? '')).toBe(401)
    visit.hasNoFaults()
  },
)

test('An owner sees the use of a token on its page, and the token that takes its place', async (context) => {
  const ramp = await startRamp(context)
  const visit = await browser.visit(context, ramp.origin)
  const { page } = visit
  await signIn(visit, ramp)
  await page.evaluate(() =>
    fetch('/api/v1/tokens', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'my script' }),
    }),
  )
  await page.reload()
  await page.getByRole('link', { name: 'my script' }).click()
  await shown(page.getByRole('heading', { level: 1, name: 'my script' }))
  await page.getByRole('button', { name: 'Explain' }).click()
  await shown(page.getByText('It would be accepted'))
  await visit.looksRight()
  const former = page.url()
  await page.getByRole('button', { name: 'Regenerate' }).click()
  await page.getByLabel('At once').check()
  await page.getByRole('button', { name: 'Regenerate token' }).click()
  const made = page.getByRole('dialog', { name: 'Token regenerated' })
  await made.getByRole('button', { name: 'Copy', exact: true }).click()
  await made.getByRole('button', { name: 'Done' }).click()
  await page.waitForURL((url) => url.href !== former)
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke token' }).click()
  await shown(page.getByText('Revoked by ada'))
  visit.hasNoFaults()
})
