import { expect, test } from 'vitest'
import { signIn as signInByApi } from '../packages/server/test/support/actors.ts'
import { startRamp } from './support/ramp.ts'
import { partsOf } from './support/tokens-page.ts'
import { expectNoTraceOf } from './support/traces.ts'
import { SCREENS, shown, useBrowser } from './support/visit.ts'

const browser = useBrowser()

test.for(SCREENS)(
  'Whoever has an initial password chooses another before anything else ($name)',
  async (screen, context) => {
    const ramp = await startRamp(context)
    const initial = { username: 'grace', password: 'set by the administrator' }
    const names = { email: 'grace@example.test', firstName: 'Grace', lastName: 'Hopper' }
    const made = await (await signInByApi(ramp.origin, ramp.admin)).post('/api/v1/members', { ...initial, ...names })
    expect(made.status).toBe(201)
    const visit = await browser.visit(context, ramp.origin, screen)
    const { page } = visit
    const { username, password, signIn, title } = partsOf(visit)
    visit.expectRefusals('GET /api/v1/me 401', 'GET /api/v1/me 403', 'PUT /api/v1/me/password 403')

    await page.goto('/_settings/security')
    await username.fill(initial.username)
    await password.fill(initial.password)
    await signIn.click()
    await shown(page.getByRole('heading', { name: 'Choose a new password' }))
    await visit.looksRight()

    // There is no way round it.
    await page.goto('/_settings/tokens')
    await shown(page.getByRole('heading', { name: 'Choose a new password' }))
    const field = (label: string) => page.getByLabel(label, { exact: true })
    const change = page.getByRole('button', { name: 'Change password and go on' })
    const mine = 'four words of my own'
    await field('Current password').fill('not the initial one')
    await field('New password').fill(mine)
    await field('Repeat new password').fill('something else')
    await change.click()
    await shown(page.getByText('The two do not match.'))
    await visit.looksRight()
    await field('Repeat new password').fill(mine)
    await change.click()
    await shown(page.getByText('The current password is wrong.'))
    await visit.looksRight()
    await field('Current password').fill(initial.password)
    await change.click()

    await shown(title)
    expect(new URL(page.url()).pathname).toBe('/_settings/tokens')
    await expectNoTraceOf(mine, page)
    await signInByApi(ramp.origin, { username: initial.username, password: mine })
    await expect(signInByApi(ramp.origin, initial)).rejects.toThrow('sign_in_failed')
    visit.hasNoFaults()
  },
)
