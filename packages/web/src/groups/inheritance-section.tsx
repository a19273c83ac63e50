import { Stack, Text } from '@mantine/core'
import { Section } from '../app/section.tsx'
import type { Group } from './group-queries.ts'
import { GroupTree } from './group-tree.tsx'

/** Who inherits what, and why: the groups above, which give, and those below, which get. */
export function InheritanceSection({ group }: { readonly group: Group }) {
  const { name, groups, memberOf, effectiveRoles } = group
  return (
    <Section title="Inheritance" description="Roles flow from a group to the groups in it, as deep as they go.">
      <Stack gap="xs">
        <Text size="sm" fw={500}>
          Gives its roles to “{name}”
        </Text>
        {memberOf.length === 0 ? (
          <Text size="sm" c="dimmed">
            It is in no other group.
          </Text>
        ) : (
          <GroupTree label={`Groups that ${name} is in`} direction="above" groups={memberOf} inherited={[]} />
        )}
      </Stack>
      <Stack gap="xs">
        <Text size="sm" fw={500}>
          Gets the roles of “{name}”
        </Text>
        {groups.length === 0 ? (
          <Text size="sm" c="dimmed">
            No other group is in it.
          </Text>
        ) : (
          <GroupTree label={`Groups below ${name}`} direction="below" groups={groups} inherited={effectiveRoles} />
        )}
      </Stack>
    </Section>
  )
}
