import { Checkbox, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { catalogueQuery } from '../roles/role-queries.ts'
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
