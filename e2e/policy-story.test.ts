/**
 * An administrator changes the policy: sees what it would do before it is done, is told which field contradicts which,
 * loses nothing when somebody else was faster, and the form for new tokens follows.
 */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { apiOf } from './support/api.ts'
import { startRamp } from './support/ramp.ts'
import { callApi, createToken, partsOf, signIn } from './support/tokens-page.ts'
import { gone, SCREENS, shown, useBrowser } from './support/visit.ts'

const browser = useBrowser()

test.for([SCREENS[0], SCREENS[3]])('The policy ($name)', async (screen, context) => {
  const ramp = await startRamp(context)
  const visit = await browser.visit(context, ramp.origin, screen)
  const { page } = visit
  const { create, dialog, token } = partsOf(visit)
  await signIn(visit, ramp)
  const secret = await createToken(visit, 'nightly backup')
  await dialog('Token created').getByRole('button', { name: 'Copy', exact: true }).click()
  await dialog('Token created').getByRole('button', { name: 'Done' }).click()

  await page.goto('/_admin/policy')
  const pat = page.getByRole('region', { name: 'Personal access tokens' })
  const preview = page.getByRole('button', { name: 'Preview' })
  const save = page.getByRole('button', { name: 'Save policy' })
  await shown(pat)
  await shown(page.getByText('Never changed since the installation.'))
  await visit.looksRight()

  // What contradicts itself is said at its field, and nothing is saved.
  visit.expectRefusals('POST /api/v1/policy/preview 400')
  await pat.getByLabel('Maximum lifetime in days').fill('7')
  await pat.getByLabel('Preset of the form in days').fill('8')
  await preview.click()
  await shown(pat.getByText('The preset is longer than the maximum of 7 days.'))
  await visit.looksRight()

  // The preview names whom it hits; saving asks first.
  await pat.getByLabel('Preset of the form in days').fill('5')
  await preview.click()
  const result = page.getByRole('region', { name: 'What it would do' })
  await shown(result.getByRole('cell', { name: /nightly backup/ }))
  await visit.looksRight()

  // Somebody else was faster: nothing of what was typed is lost.
  visit.expectRefusals('PUT /api/v1/policy 412')
  await page.evaluate(async () => {
    const policy = await (await fetch('/api/v1/policy')).json()
    const { updatedAt: _at, updatedBy: _by, ...rest } = policy
    const body = JSON.stringify({ ...rest, passwordChange: { tokens: 'revoke' } })
    await fetch('/api/v1/policy', { method: 'PUT', headers: { 'content-type': 'application/json' }, body })
  })
  await save.click()
  const question = dialog('Save policy')
  await shown(question.getByText('1 token given an earlier end'))
  await visit.looksRight()
  await question.getByRole('button', { name: 'Save and apply' }).click()
  const meanwhile = page.getByRole('alert').filter({ hasText: 'Changed meanwhile' })
  await shown(meanwhile.getByText('password change'))
  expect(await pat.getByLabel('Maximum lifetime in days').inputValue()).toBe('7')
  await visit.looksRight()
  await meanwhile.getByRole('button', { name: 'Keep mine' }).click()
  await save.click()
  await question.getByRole('button', { name: 'Save and apply' }).click()
  await gone(question)
  await shown(page.getByText(/Last changed .* by ada/))

  // The owner sees why, and the form follows.
  await page.goto('/_settings/tokens')
  await shown(token('nightly backup').getByText('Ends by policy: maximum lifetime'))
  expect(await callApi(ramp, secret)).toBe(200)
  await create.click()
  const expiration = dialog('Create token').getByLabel('Expiration', { exact: true })
  expect(await expiration.inputValue()).toBe('policy')
  expect(await expiration.locator('option:disabled').count()).toBe(4)
  expect(await expiration.locator('option[value=none]').count()).toBe(0)
  await visit.looksRight()
  visit.hasNoFaults()
})

test('The preview shows every token that the policy would hit, page by page', async (context) => {
  const ramp = await startRamp(context)
  const api = await apiOf(ramp)
  const names = Array.from({ length: 120 }, (_, index) => `script ${index + 1}`)
  for (const name of names) await api.post('/api/v1/tokens', { name })
  const visit = await browser.visit(context, ramp.origin)
  const { page } = visit
  await signIn(visit, ramp)
  await page.goto('/_admin/policy')
  const pat = page.getByRole('region', { name: 'Personal access tokens' })
  const preview = page.getByRole('button', { name: 'Preview' })
  const result = page.getByRole('region', { name: 'What it would do' })
  const more = result.getByRole('button', { name: 'Load more' })
  const rows = result.getByRole('row')
  await pat.getByLabel('Maximum lifetime in days').fill('7')
  await preview.click()
  await shown(result.getByText('120 tokens of 1 owner'))
  await shown(result.getByText('The first 50 of 120 tokens.'))
  await visit.looksRight()
  await more.click()
  await shown(result.getByText('The first 100 of 120 tokens.'))
  await more.click()
  await gone(more)
  const seen = (await rows.allTextContents()).map((text) => /script \d+/.exec(text)?.[0])
  expect(seen.slice(1).toSorted()).toEqual(names.toSorted())
  await visit.looksRight()

  // Asked anew, it begins anew.
  await preview.click()
  await shown(result.getByText('The first 50 of 120 tokens.'))
  expect(await rows.count()).toBe(51)
  visit.hasNoFaults()
})

test('The preview names every owner who could make no more, page by page', async (context) => {
  const ramp = await startRamp(context)
  addOwners(ramp.database, 60)
  const visit = await browser.visit(context, ramp.origin)
  const { page } = visit
  await signIn(visit, ramp)
  await page.goto('/_admin/policy')
  const pat = page.getByRole('region', { name: 'Personal access tokens' })
  const result = page.getByRole('region', { name: 'What it would do' })
  const more = result.getByRole('button', { name: 'Load more' })
  await pat.getByLabel('Active tokens per account').fill('1')
  await page.getByRole('button', { name: 'Preview' }).click()
  await shown(result.getByText('The first 50 of 60 owners who could make no more.'))
  await visit.looksRight()
  await more.click()
  await gone(more)
  const named = (await result.getByText('Could make no more:').textContent()) ?? ''
  expect(named.match(/owner\d+/g)?.toSorted()).toEqual(Array.from({ length: 60 }, (_, n) => `owner${n + 1}`).toSorted())
  visit.hasNoFaults()
})

/** Accounts with a token each, which nobody has the secret of. */
function addOwners(file: string, count: number): void {
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`
  const id = `printf('00000000-0000-4000-8000-%012d', i)`
  const database = new DatabaseSync(file)
  database.exec(`
    INSERT INTO account (id, kind, username, username_key, display_name, display_name_key, created_at)
      ${numbers} SELECT ${id}, 'service', 'owner' || i, 'owner' || i, 'Owner', 'owner', 1 FROM n;
    INSERT INTO token (id, account_id, kind, name, name_key, digest, created_at)
      ${numbers} SELECT printf('%012d', i), ${id}, 'pat', 'script', 'script', randomblob(32), 1 FROM n`)
  database.close()
}
