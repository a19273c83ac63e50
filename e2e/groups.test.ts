/**
 * The story of a group: create it, put somebody and another group into it, give it a role, see who inherits what, be
 * refused a circle with its path, delete it and be told who loses what. On a desk and in the hand.
 */
import { expect, test } from 'vitest'
import { apiOf } from './support/api.ts'
import { startRamp } from './support/ramp.ts'
import { partsOf, signIn } from './support/tokens-page.ts'
import { gone, SCREENS, shown, useBrowser } from './support/visit.ts'

const browser = useBrowser()

test.for(SCREENS.filter(({ name }) => name === 'light, desktop' || name === 'dark, phone'))(
  'A group from its creation to its deletion ($name)',
  async (screen, context) => {
    const ramp = await startRamp(context)
    const api = await apiOf(ramp)
    const everybody = await api.post('/api/v1/groups', { name: 'Everybody' })
    await api.put(`/api/v1/groups/${everybody.id}/roles/GlobalTemplateViewer`)
    await api.post('/api/v1/members', {
      username: 'grace',
      email: 'grace@example.test',
      firstName: 'Grace',
      lastName: 'Hopper',
      password: 'an initial one, to be changed',
    })
    const visit = await browser.visit(context, ramp.origin, screen)
    const { page } = visit
    const { dialog } = partsOf(visit)
    const section = (name: string) => page.getByRole('region', { name, exact: true })
    const heading = (name: string) => page.getByRole('heading', { level: 1, name })
    await signIn(visit, ramp)

    // Create one; its page opens.
    await page.goto('/_admin/groups')
    await shown(page.getByRole('link', { name: 'Everybody' }))
    await visit.looksRight()
    await page.getByRole('button', { name: 'Create group' }).click()
    await dialog('Create group').getByLabel('Name').fill('Operations')
    await visit.looksRight()
    await dialog('Create group').getByRole('button', { name: 'Create group' }).click()
    await shown(heading('Operations'))

    // A role, a member, and a group in it.
    const roles = section('Roles')
    await roles.getByLabel('Give a role').selectOption('GlobalInstanceExecutor')
    await roles.getByRole('button', { name: 'Give role' }).click()
    await shown(roles.getByRole('button', { name: 'Take away GlobalInstanceExecutor' }))
    const members = section('Members')
    await members.getByRole('searchbox', { name: 'Add a member' }).fill('hop')
    await members.getByRole('button', { name: 'Add Grace Hopper' }).click()
    await shown(members.getByRole('button', { name: 'Remove Grace Hopper' }))

    // Nested into Everybody, from the page of that one.
    await page.goto(`/_admin/groups/${everybody.id}`)
    const nested = section('Groups in it')
    await nested.getByRole('searchbox', { name: 'Add a group' }).fill('oper')
    await nested.getByRole('button', { name: 'Add Operations' }).click()
    await shown(nested.getByRole('button', { name: 'Remove Operations' }))
    await shown(section('Inheritance').getByText('Inherits GlobalTemplateViewer'))
    await nested.getByRole('link', { name: 'Operations' }).click()

    // What it inherits and why; the other way round would be a circle.
    await shown(heading('Operations'))
    await shown(roles.getByText('Through Everybody'))
    visit.expectRefusals(`PUT ${await pathOf('Operations')}/groups/${everybody.id} 409`)
    await nested.getByRole('searchbox', { name: 'Add a group' }).fill('every')
    await nested.getByRole('button', { name: 'Add Everybody' }).click()
    await shown(nested.getByText('That would make a circle: Everybody → Operations → Everybody.'))
    await visit.looksRight()

    // The tree of all of them, opened.
    await page.goto('/_admin/groups?view=tree')
    await page.getByRole('button', { name: 'Groups in Everybody' }).click()
    await shown(page.getByRole('list', { name: 'In Everybody' }).getByText('Inherits GlobalTemplateViewer'))
    await visit.looksRight()
    await page.getByRole('link', { name: 'Operations' }).click()

    // Deleted after being told who loses what.
    await shown(heading('Operations'))
    await page.getByRole('button', { name: 'Delete group' }).click()
    const losses = dialog('Delete group').getByRole('list', { name: 'Losses' })
    await shown(losses.getByText('Grace Hopper (grace) loses GlobalInstanceExecutor, GlobalTemplateViewer'))
    await visit.looksRight()
    await dialog('Delete group').getByRole('button', { name: 'Delete group' }).click()
    await shown(heading('Groups'))
    await gone(page.getByRole('link', { name: 'Operations' }))
    visit.hasNoFaults()

    async function pathOf(name: string): Promise<string> {
      const { items } = await api.get(`/api/v1/groups?q=${name}`)
      expect(items).toHaveLength(1)
      return `/api/v1/groups/${items[0].id}`
    }
  },
)
