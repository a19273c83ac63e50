import { Input, Paper, Stack, Text } from '@mantine/core'
import { Cards } from '../app/cards.tsx'
import { findMembers } from '../app/find-members.ts'
import { type Candidate, Finder } from '../app/finder.tsx'
import { Removable } from '../app/removable.tsx'

/** As the API says. */
const MAINTAINERS_AT_MOST = 20

interface MaintainersFieldProps {
  readonly chosen: readonly Candidate[]
  readonly onChange: (chosen: readonly Candidate[]) => void
}

/** Names the people to ask about a service account that is still to be made. */
export function MaintainersField({ chosen, onChange }: MaintainersFieldProps) {
  return (
    <Input.Wrapper
      label="Maintainers"
      labelElement="div"
      description="Optional: the people to ask about it. It gives them no access."
    >
      <Stack gap="xs" mt={5}>
        {chosen.length > 0 && (
          <Paper withBorder radius="md">
            <Cards label="Chosen maintainers">
              {chosen.map(({ id, name, detail }) => (
                <Removable
                  key={id}
                  name={name}
                  isBusy={false}
                  onRemove={() => onChange(chosen.filter((other) => other.id !== id))}
                >
                  <Text size="sm" fw={600}>
                    {name}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {detail}
                  </Text>
                </Removable>
              ))}
            </Cards>
          </Paper>
        )}
        {chosen.length < MAINTAINERS_AT_MOST ? (
          <Finder
            label="Add a maintainer"
            placeholder="Find by name, username or email"
            within="members"
            find={findMembers}
            isChosen={(candidate) => chosen.some(({ id }) => id === candidate)}
            busyId={undefined}
            onAdd={(candidate) => onChange([...chosen, candidate])}
          />
        ) : (
          <Text size="sm">These are as many as there can be.</Text>
        )}
      </Stack>
    </Input.Wrapper>
  )
}
