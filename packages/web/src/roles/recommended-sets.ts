import type { Role } from './role-queries.ts'

/** Roles that go together for what service accounts usually do. */
const RECOMMENDED = [
  { purpose: 'Monitoring', roles: ['GlobalInstanceObserver', 'GlobalTemplateViewer'] },
  { purpose: 'Creating instances', roles: ['GlobalInstanceEditor'] },
  { purpose: 'Creating and running instances', roles: ['GlobalInstanceExecutor'] },
  { purpose: 'Full automation', roles: ['GlobalInstanceHead'] },
  { purpose: 'Templates', roles: ['GlobalTemplateEditor'] },
] as const

export interface RecommendedSet {
  readonly purpose: string
  readonly roles: readonly string[]
}

/** The sets that the catalogue has all roles for and that are not held yet; an operator's own catalogue may lack some. */
export function recommendedSets(catalogue: readonly Role[], held: readonly string[]): readonly RecommendedSet[] {
  const isKnown = (role: string) => catalogue.some(({ name }) => name === role)
  return RECOMMENDED.filter(({ roles }) => roles.every(isKnown) && !roles.every((role) => held.includes(role)))
}
