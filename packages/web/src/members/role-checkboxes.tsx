import { Checkbox, SimpleGrid } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { catalogueQuery } from '../roles/role-queries.ts'

interface RoleCheckboxesProps {
  readonly value?: string[]
  readonly onChange?: (roles: string[]) => void
  readonly error?: string
}

/** The roles that a new member starts with. */
export function RoleCheckboxes({ value = [], onChange, error }: RoleCheckboxesProps) {
  const { data: catalogue } = useQuery(catalogueQuery)
  if (catalogue === undefined) return null
  return (
    <Checkbox.Group
      label="Roles"
      description="What the member may do. Roles can be given and taken at any time."
      value={value}
      onChange={(roles) => onChange?.(roles)}
      error={error}
    >
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" verticalSpacing="sm" mt="xs">
        {catalogue.map(({ name, description }) => (
          <Checkbox key={name} value={name} label={name} description={description} />
        ))}
      </SimpleGrid>
    </Checkbox.Group>
  )
}
