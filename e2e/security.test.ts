import { expect, test } from 'vitest'
import { signIn as signInByApi } from '../packages/server/test/support/actors.ts'
import { startRamp } from './support/ramp.ts'
import { signIn } from './support/tokens-page.ts'
import { expectNoTraceOf } from './support/traces.ts'
import { gone, SCREENS, shown, useBrowser } from './support/visit.ts'

const browser = useBrowser()

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'

test.for(SCREENS)(
  'One sees where one is signed in, ends it, and chooses a better password ($name)',
  async (screen, context) => {
    const ramp = await startRamp(context)
    const lost = await signInByApi(ramp.origin, ramp.admin, { 'user-agent': FIREFOX })
    const others = [await signInByApi(ramp.origin, ramp.admin), await signInByApi(ramp.origin, ramp.admin)]
    const visit = await browser.visit(context, ramp.origin, screen)
    const { page } = visit
    await signIn(visit, ramp)
    await page.goto('/_settings/security')
    const sessions = page.getByRole('list', { name: 'Sessions' }).getByRole('listitem')
    await shown(sessions.filter({ hasText: 'This browser' }))
    expect(await sessions.count()).toBe(4)
    await visit.looksRight()

    await page.getByRole('button', { name: 'End session: Firefox on Windows' }).click()
    const question = page.getByRole('dialog', { name: 'End session' })
    await shown(question)
    await visit.looksRight()
    await question.getByRole('button', { name: 'End session' }).click()
    await gone(sessions.filter({ hasText: 'Firefox' }))
    expect((await lost.get('/api/v1/me')).status).toBe(401)

    await page.getByRole('button', { name: 'End all others' }).click()
    const all = page.getByRole('dialog', { name: 'End all other sessions' })
    await all.getByRole('button', { name: 'End all others' }).click()
    await gone(all)
    await gone(sessions.nth(1))
    for (const other of others) expect((await other.get('/api/v1/me')).status).toBe(401)

    const field = (label: string) => page.getByLabel(label, { exact: true })
    const change = async (password: string) => {
      await field('Current password').fill(ramp.admin.password)
      await field('New password').fill(password)
      await field('Repeat new password').fill(password)
      await page.getByRole('button', { name: 'Change password' }).click()
    }
    await shown(page.getByText('At least 8 characters. Common passwords are refused'))
    visit.expectRefusals('PUT /api/v1/me/password 400')
    await change('Password123')
    await shown(page.getByText('This password is among those that are guessed first.'))
    await visit.looksRight()
    const mine = 'four words of my own'
    await change(mine)
    await shown(page.getByText('Your password is changed.'))
    await visit.looksRight()
    await expectNoTraceOf(mine, page)
    await signInByApi(ramp.origin, { username: ramp.admin.username, password: mine })
    visit.hasNoFaults()
  },
)
