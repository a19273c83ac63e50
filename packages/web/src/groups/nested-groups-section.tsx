import { Anchor, Paper, Group as Row, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { messageOf } from '../api/problem-messages.ts'
import { announce } from '../app/announce.ts'
import { Cards } from '../app/cards.tsx'
import { type Candidate, Finder } from '../app/finder.tsx'
import { FormAlert } from '../app/form-alert.tsx'
import { Removable } from '../app/removable.tsx'
import { Section } from '../app/section.tsx'
import { RoleBadges } from '../roles/role-badges.tsx'
import { findGroups } from './find-accounts.ts'
import { type Group, type GroupNeighbour, useNestingChange } from './group-queries.ts'

interface NestedGroupsSectionProps {
  readonly group: Group
  readonly mayChange: boolean
}

/** The groups that are in this one. That a group would come into itself is refused, with the way. */
export function NestedGroupsSection({ group: { id, name, groups }, mayChange }: NestedGroupsSectionProps) {
  const change = useNestingChange(id)
  const busy = change.isPending ? change.variables : undefined
  const add = (candidate: Candidate) =>
    change.mutate(
      { part: candidate.id, action: 'add' },
      { onSuccess: () => announce(`“${candidate.name}” is in “${name}” now.`) },
    )
  const remove = (nested: GroupNeighbour) =>
    change.mutate(
      { part: nested.id, action: 'remove' },
      { onSuccess: () => announce(`“${nested.name}” is no longer in “${name}”.`) },
    )

  return (
    <Section
      title="Groups in it"
      description="Their people have the roles of this group, too; its people do not have theirs."
    >
      <FormAlert message={change.error ? messageOf(change.error) : undefined} />
      {groups.length === 0 && <Text size="sm">No group is in it.</Text>}
      {groups.length > 0 && (
        <Paper withBorder radius="md">
          <Cards label={`Groups in ${name}`}>
            {groups.map((nested) => (
              <Removable
                key={nested.id}
                name={nested.name}
                onRemove={mayChange ? () => remove(nested) : undefined}
                isBusy={busy?.action === 'remove' && busy.part === nested.id}
              >
                <Row gap="xs">
                  <Anchor component={Link} to={`/_admin/groups/${nested.id}`} size="sm" fw={600}>
                    {nested.name}
                  </Anchor>
                  {nested.roles.length > 0 && <RoleBadges roles={nested.roles} />}
                </Row>
              </Removable>
            ))}
          </Cards>
        </Paper>
      )}
      {mayChange && (
        <Finder
          label="Add a group"
          placeholder="Find by name"
          within="groups"
          find={findGroups}
          isChosen={(candidate) => groups.some((nested) => nested.id === candidate)}
          busyId={busy?.action === 'add' ? busy.part : undefined}
          onAdd={add}
        />
      )}
    </Section>
  )
}
