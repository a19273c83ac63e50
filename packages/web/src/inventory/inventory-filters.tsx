import { Button, Checkbox, Group, NativeSelect, TextInput } from '@mantine/core'
import { DATE_FILTERS, type DateFilter, type InventorySearch } from './inventory-search.ts'

interface FiltersProps {
  readonly search: InventorySearch
  readonly onChange: (changes: Partial<Record<keyof InventorySearch, string | undefined>>) => void
}

const STATUSES = [
  { value: '', label: 'Active' },
  { value: 'expired', label: 'Expired' },
  { value: 'revoked', label: 'Revoked' },
  { value: 'all', label: 'All' },
] as const

const KINDS = [
  { value: '', label: 'All kinds' },
  { value: 'pat', label: 'Personal' },
  { value: 'service', label: 'Service' },
] as const

/** Every filter of the inventory; what is chosen stands in the address. */
export function InventoryFilters({ search, onChange }: FiltersProps) {
  return (
    <Group gap="sm" align="flex-end">
      <NativeSelect
        label="Status"
        data={[...STATUSES]}
        value={search.status ?? ''}
        onChange={({ currentTarget }) => onChange({ status: currentTarget.value })}
      />
      <NativeSelect
        label="Kind"
        data={[...KINDS]}
        value={search.kind ?? ''}
        onChange={({ currentTarget }) => onChange({ kind: currentTarget.value })}
      />
      {(Object.keys(DATE_FILTERS) as DateFilter[]).map((name) => (
        <TextInput
          key={name}
          type="date"
          label={DATE_FILTERS[name]}
          value={search[name] ?? ''}
          onChange={({ currentTarget }) => onChange({ [name]: currentTarget.value })}
        />
      ))}
      <TextInput
        label="Unused for days"
        inputMode="numeric"
        w="8rem"
        value={search.unusedDays ?? ''}
        onChange={({ currentTarget }) => onChange({ unusedDays: currentTarget.value })}
      />
      <TextInput
        label="Last used from"
        placeholder="192.0.2.7"
        value={search.address ?? ''}
        onChange={({ currentTarget }) => onChange({ address: currentTarget.value })}
      />
      <Checkbox
        label="Never used"
        mb={8}
        checked={search.neverUsed !== undefined}
        onChange={({ currentTarget }) => onChange({ neverUsed: currentTarget.checked ? 'true' : undefined })}
      />
      {search.accountId !== undefined && (
        <Button variant="default" onClick={() => onChange({ accountId: undefined })}>
          Of all owners
        </Button>
      )}
    </Group>
  )
}
