import { Checkbox, Radio, SimpleGrid, Stack } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { catalogueQuery } from '../roles/role-queries.ts'
import type { PolicyValues } from './policy-values.ts'

/** Who makes personal access tokens. */
export function CreationField({ form }: { readonly form: UseFormReturnType<PolicyValues> }) {
  const { data: catalogue = [] } = useQuery(catalogueQuery)
  return (
    <Stack gap="sm">
      <Radio.Group
        label="Who may create and regenerate tokens"
        description="Tokens that there are go on."
        {...form.getInputProps('pat.creation')}
      >
        <Stack gap={8} mt="xs">
          <Radio value="all" label="Every member" />
          <Radio value="roles" label="Members with one of these roles" />
          <Radio value="nobody" label="Nobody" />
        </Stack>
      </Radio.Group>
      {form.values.pat.creation === 'roles' && (
        <Checkbox.Group label="Roles that may" {...form.getInputProps('pat.roles')}>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="xs" mt="xs">
            {catalogue.map(({ name }) => (
              <Checkbox key={name} value={name} label={name} />
            ))}
          </SimpleGrid>
        </Checkbox.Group>
      )}
    </Stack>
  )
}
