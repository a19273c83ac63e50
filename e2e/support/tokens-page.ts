import { expect } from 'vitest'
import type { Ramp } from './ramp.ts'
import { gone, shown, type Visit } from './visit.ts'

/** The names under which people, and screen readers, know the parts of the pages. */
export function partsOf({ page, isWide }: Visit) {
  return {
    username: page.getByLabel('Username'),
    password: page.getByLabel('Password', { exact: true }),
    signIn: page.getByRole('button', { name: 'Sign in' }),
    title: page.getByRole('heading', { level: 1, name: 'Personal Access Tokens' }),
    create: page.getByRole('main').getByRole('button', { name: 'Create token' }),
    dialog: (name: string) => page.getByRole('dialog', { name }),
    tab: (name: string) => page.getByRole('tab', { name }),
    token: (name: string) => page.getByRole(isWide ? 'row' : 'listitem').filter({ hasText: name }),
    revoke: (name: string) => page.getByRole('button', { name: `Revoke ${name}` }),
    accountMenu: page.getByRole('button', { name: 'Account menu' }),
  }
}

/** Opens the first page and signs in. */
export async function signIn(visit: Visit, { admin }: Ramp, path = '/'): Promise<void> {
  const parts = partsOf(visit)
  visit.expectRefusals('GET /api/v1/me 401')
  await visit.page.goto(path)
  await parts.username.fill(admin.username)
  await parts.password.fill(admin.password)
  await parts.signIn.click()
  await shown(parts.title)
}

/** Creates a token as people do and returns the secret, which the dialog still shows. */
export async function createToken(visit: Visit, name: string): Promise<string> {
  const { create, dialog } = partsOf(visit)
  await create.click()
  await dialog('Create token').getByLabel('Name').fill(name)
  await dialog('Create token').getByRole('button', { name: 'Create token' }).click()
  return readSecret(visit)
}

export async function readSecret(visit: Visit): Promise<string> {
  const secret = partsOf(visit)
    .dialog('Token created')
    .getByRole('group', { name: 'Token', exact: true })
    .locator('code')
  const text = await (await shown(secret)).textContent()
  expect(text).toMatch(/^ramp_pat_[0-9A-Za-z]{50}$/)
  return text ?? ''
}

/** What nobody may find: a secret without the prefix and the public id, which the list shows. */
export const secretPart = (secret: string) => secret.slice('ramp_pat_'.length + 12)

export async function copyAndClose(visit: Visit): Promise<void> {
  const created = partsOf(visit).dialog('Token created')
  await created.getByRole('button', { name: 'Copy', exact: true }).click()
  await created.getByRole('button', { name: 'Done' }).click()
  await gone(created)
}

/** Calls the API with the token from outside the browser, as a script does. */
export async function callApi({ origin }: Ramp, secret: string): Promise<number> {
  const answer = await fetch(`${origin}/api/v1/me`, {
    headers: { authorization: `Bearer ${secret}`, 'user-agent': 'nightly-backup/2.1' },
  })
  await answer.arrayBuffer()
  return answer.status
}
