import { Checkbox, NativeSelect } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { groupsQuery } from '../groups/group-queries.ts'
import { catalogueQuery } from '../roles/role-queries.ts'
import { useAccount } from '../session/use-account.ts'
import { MEMBER_ORDERS, type MemberSearch } from './member-search.ts'

const STATUSES = [
  { value: 'all', label: 'Active and deactivated' },
  { value: 'active', label: 'Active' },
  { value: 'deactivated', label: 'Deactivated' },
] as const

interface MemberFiltersProps {
  readonly search: MemberSearch
  readonly onChange: (changes: Record<string, unknown>) => void
}

export function MemberFilters({ search, onChange }: MemberFiltersProps) {
  const { data: catalogue = [] } = useQuery(catalogueQuery)
  const groups = useGroupChoices(search.group)
  return (
    <>
      <NativeSelect
        aria-label="Status"
        data={[...STATUSES]}
        value={search.status ?? 'all'}
        onChange={({ currentTarget }) => onChange({ status: currentTarget.value })}
      />
      <NativeSelect
        aria-label="Role"
        data={[{ value: '', label: 'Any role' }, ...catalogue.map(({ name }) => ({ value: name, label: name }))]}
        value={search.role ?? ''}
        onChange={({ currentTarget }) => onChange({ role: currentTarget.value })}
      />
      {(groups.length > 0 || search.group) && (
        <NativeSelect
          aria-label="Group"
          data={[{ value: '', label: 'Any group' }, ...groups]}
          value={search.group ?? ''}
          onChange={({ currentTarget }) => onChange({ group: currentTarget.value })}
        />
      )}
      <NativeSelect
        aria-label="Sort by"
        data={[...MEMBER_ORDERS]}
        value={search.sort ?? 'username'}
        onChange={({ currentTarget }) => onChange({ sort: currentTarget.value })}
      />
      <Checkbox
        label="Never signed in"
        checked={search.never === 'true'}
        onChange={({ currentTarget }) => onChange({ never: currentTarget.checked ? 'true' : undefined })}
      />
    </>
  )
}

/** The first groups by name, and the one that the address names, whichever it is. */
function useGroupChoices(chosen: string | undefined): { value: string; label: string }[] {
  const mayRead = useAccount().permissions.includes('groups:read')
  const { data } = useInfiniteQuery({ ...groupsQuery({}), enabled: mayRead })
  const groups = data?.pages.flatMap(({ items }) => items.map(({ id, name }) => ({ value: id, label: name }))) ?? []
  const isListed = chosen === undefined || groups.some(({ value }) => value === chosen)
  return isListed ? groups : [...groups, { value: chosen, label: 'The group in the address' }]
}
