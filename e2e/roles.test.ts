/**
 * The catalogue of roles: what each allows, who has it and through which group, taking it away; and one that the
 * catalogue no longer has. On a desk and in the hand.
 */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { apiOf } from './support/api.ts'
import { startRamp } from './support/ramp.ts'
import { signIn } from './support/tokens-page.ts'
import { gone, SCREENS, shown, useBrowser } from './support/visit.ts'

const browser = useBrowser()

test.for(SCREENS.filter(({ name }) => name === 'dark, desktop' || name === 'light, phone'))(
  'Who has which role, and why ($name)',
  async (screen, context) => {
    const ramp = await startRamp(context)
    const api = await apiOf(ramp)
    const group = await api.post('/api/v1/groups', { name: 'Reporters' })
    const machine = await api.post('/api/v1/service-accounts', { name: 'nightly-report' })
    await api.put(`/api/v1/groups/${group.id}/members/${machine.id}`)
    await api.put(`/api/v1/groups/${group.id}/roles/GlobalInstanceObserver`)
    const database = new DatabaseSync(ramp.database)
    database.exec(`INSERT INTO role_grant (account_id, role, granted_at) VALUES ('${machine.id}', 'Bygone', 0)`)
    database.close()

    const visit = await browser.visit(context, ramp.origin, screen)
    const { page } = visit
    await signIn(visit, ramp)
    await page.goto('/_admin/roles')
    const section = (name: string) => page.getByRole('region', { name, exact: true })

    // What it allows, who has it, and through which group.
    const observer = section('GlobalInstanceObserver')
    await shown(observer.getByText('instances:read'))
    await shown(observer.getByText('Given to 1 group'))
    await observer.getByRole('button', { name: 'Show who has it: GlobalInstanceObserver' }).click()
    await shown(observer.getByText('Given directly'))
    await shown(observer.getByText('Through Reporters'))
    await visit.looksRight()
    await observer.getByRole('button', { name: 'Take away GlobalInstanceObserver from Reporters' }).click()
    await shown(observer.getByText('Nobody has it.'))

    // One that is no longer there is shown as such, and can be taken away.
    const bygone = section('Bygone')
    await shown(bygone.getByText('No longer in the catalogue; gives nothing.'))
    await bygone.getByRole('button', { name: 'Show who has it: Bygone' }).click()
    await shown(bygone.getByRole('link', { name: 'nightly-report' }))
    await visit.looksRight()
    await bygone.getByRole('button', { name: 'Take away Bygone from nightly-report' }).click()
    await gone(bygone)
    expect((await api.get(`/api/v1/service-accounts/${machine.id}`)).roles).toEqual([])
    visit.hasNoFaults()
  },
)
