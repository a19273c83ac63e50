import { expect, test } from 'vitest'
import { recommendedSets } from '../src/roles/recommended-sets.ts'
import { permissionsOf, type Role } from '../src/roles/role-queries.ts'

const role = (name: string, ...permissions: string[]): Role => ({ name, description: '', permissions })
const CATALOGUE = [
  role('GlobalInstanceObserver', 'instances:read', 'instances:comment'),
  role('GlobalTemplateViewer', 'templates:read'),
  role('GlobalInstanceHead', 'instances:read', 'instances:force'),
]
const purposes = (held: string[]) => recommendedSets(CATALOGUE, held).map(({ purpose }) => purpose)

test('a set is offered if the catalogue has all of its roles, until all of them are held', () => {
  expect(purposes([])).toEqual(['Monitoring', 'Full automation'])
  expect(purposes(['GlobalInstanceObserver'])).toEqual(['Monitoring', 'Full automation'])
  expect(purposes(['GlobalInstanceObserver', 'GlobalTemplateViewer'])).toEqual(['Full automation'])
})

test('roles allow together what each allows; one that the catalogue lost allows nothing', () => {
  expect(permissionsOf(['GlobalInstanceHead', 'GlobalInstanceObserver', 'Lost'], CATALOGUE)).toEqual([
    'instances:comment',
    'instances:force',
    'instances:read',
  ])
})
